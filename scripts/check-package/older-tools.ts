/** The package under tools that know CommonJS better than ES modules: TypeScript's older resolution, ts-node, Jest. */

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

const PROGRAM = `import { tensor } from "torchlet";
import { stridesOf } from "torchlet/extend";

tensor([1, 2]).sum().item().then((sum: number) => console.log(sum, ...stridesOf([2, 3])));
`;

const JEST = `test("torchlet", async () => {
  const { tensor } = await import("torchlet");
  expect(await tensor([1, 2]).sum().item()).toBe(3);
});
`;

/** By name, each a command in the folder and, where it prints what the program computes, its output. */
const CHECKS: readonly (readonly [name: string, command: readonly string[], said?: string])[] = [
  ["types, node10 (TypeScript 5.9)", ["tsc", "--noEmit"]],
  ["ts-node, CommonJS", ["ts-node", "program.ts"], "3 3 1"],
  ["Jest, import() in CommonJS", ["jest"]],
];

/**
 * Installs them beside the package, in a folder of its own.
 * @param run a command in a folder; gives what it printed
 * @param check prints a line on one check
 */
export async function checkOlderTools(
  folder: string,
  packed: string,
  run: (folder: string, command: string, ...args: string[]) => Promise<string>,
  check: (name: string, test: () => Promise<string>) => Promise<void>,
): Promise<void> {
  await mkdir(folder);
  const compilerOptions = {
    target: "es2022",
    module: "commonjs",
    moduleResolution: "node10",
    strict: true,
    types: ["node"],
  };
  await writeFile(join(folder, "package.json"), '{ "private": true }');
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["program.ts"] }));
  await writeFile(join(folder, "program.ts"), PROGRAM);
  await writeFile(join(folder, "program.test.js"), JEST);
  const tools = ["typescript@5.9", "ts-node@10", "jest@29", "@types/node@20"];
  await run(folder, "npm", "install", "--no-audit", "--no-fund", packed, ...tools);
  const bin = join(folder, "node_modules/.bin");
  for (const [name, [command, ...args], expected] of CHECKS) {
    await check(name, async () => {
      const said = await run(folder, "env", "NODE_OPTIONS=--experimental-vm-modules", join(bin, command), ...args);
      if (expected !== undefined && said !== expected) throw new Error(said);
      return said;
    });
  }
}
