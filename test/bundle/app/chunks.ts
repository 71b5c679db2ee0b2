/** What loads with what, by esbuild's account. */

import type { Metafile } from "esbuild";

/** The chunks that load with one chunk, itself first; what it imports only later is not among them. */
export function loadedWith(name: string, { outputs }: Metafile): string[] {
  const names = new Set([name]);
  for (const each of names) {
    for (const { path, kind } of outputs[each].imports) if (kind === "import-statement") names.add(path);
  }
  return [...names];
}
