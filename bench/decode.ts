/**
 * Photographs: decoded and resized beside Pillow and sharp, one core each; read on threads; and batches, which training
 * waits for.
 */

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { countOption } from "../scripts/count-option.js";
import { pythonWith } from "./contest/programs.js";
import { buildPackage } from "./fresh-process.js";
import { describeMachine } from "./report.js";

const HELP = `npx tsx bench/decode.ts DIR [OPTIONS]

  DIR          photographs, as torchlet's openSplits takes them
  --limit N    at most N of each split (2000)
  --size N     they are resized to N × N pixels (32)
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    limit: { type: "string", default: "2000" },
    size: { type: "string", default: "32" },
    help: { type: "boolean" },
  },
});
const [folder] = positionals;
if (values.help || folder === undefined) {
  console.log(HELP);
  process.exit(values.help ? 0 : 1);
}
const [limit, size] = [countOption("limit", values.limit), countOption("size", values.size)];
const temporary = mkdtempSync(join(tmpdir(), "torchlet-bench-"));

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The mean and the largest difference between torchlet's planes and Pillow's interleaved pixels, of 255. */
function difference(planes: Uint8Array, pixels: Uint8Array): [mean: number, worst: number] {
  const area = size * size;
  let [sum, worst] = [0, 0];
  for (let start = 0; start < planes.length; start += 3 * area) {
    for (let i = 0; i < 3 * area; i++) {
      const off = Math.abs(planes[start + i] - pixels[start + 3 * (i % area) + Math.floor(i / area)]);
      sum += off;
      worst = Math.max(worst, off);
    }
  }
  return [sum / planes.length, worst];
}

try {
  buildPackage();
  console.log(`${Object.values(describeMachine()).join("; ")}\n`);
  const program = [here("decode-package.js"), folder, temporary, String(limit), String(size)];
  execFileSync(process.execPath, program, { stdio: "inherit" });

  const [paths, out] = [readFileSync(join(temporary, "paths"), "utf8"), join(temporary, "pixels")];
  const { command, version } = pythonWith("PIL");
  const seconds = Number(execFileSync(command, [here("peers/pillow.py"), String(size), out], { input: paths }));
  const each = (1000 * seconds) / paths.split("\n").length;
  const [mean, worst] = difference(readFileSync(join(temporary, "planes")), readFileSync(out));
  console.log(`\nPillow ${version} on one core: ${seconds.toFixed(2)} s, ${each.toFixed(3)} ms an image`);
  console.log(`difference of 255: mean ${mean.toFixed(3)}, largest ${worst}`);
  const bySharp = execFileSync(process.execPath, [here("peers/sharp.js"), String(size)], { input: paths }).toString();
  const [sharpSeconds, sharpVersion] = bySharp.trim().split(" ");
  const sharpEach = (1000 * Number(sharpSeconds)) / paths.split("\n").length;
  console.log(
    `sharp ${sharpVersion} on one core: ${Number(sharpSeconds).toFixed(2)} s, ${sharpEach.toFixed(3)} ms an image`,
  );
} finally {
  rmSync(temporary, { recursive: true });
}
