/**
 * What `decode.ts` measures of torchlet, by the package as it is published: `tsx`, which runs TypeScript, rewrites the
 * decoders of its dependencies, too, and makes them half as fast.
 */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { openSplits } from "torchlet";
import { readPhotographs } from "../dist/bundle/photograph.js";

const [folder, temporary, ...numbers] = process.argv.slice(2);
const [limit, size] = numbers.map(Number);

/** @param {Record<string, unknown>} [options] */
const open = (options) => openSplits(folder, { size, limit, onError: "skip", ...options });

/** @param {string} what @param {number} milliseconds @param {number} images */
function line(what, milliseconds, images) {
  const each = (milliseconds / images).toFixed(3);
  console.log(`${what.padEnd(44)} ${(milliseconds / 1000).toFixed(2).padStart(7)} s  ${each.padStart(7)} ms an image`);
}

/** @param {() => unknown} run */
async function elapsed(run) {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

const { train, test } = await open({ workers: 0 });
const images = train.length + test.length;
const paths = [train, test].flatMap((split) => split.files.map((file) => `${split.folder}/${file}`));

await readPhotographs({ paths: paths.slice(0, 100), options: { size } });
// Time of the processor: what else runs on the machine shows less in it.
const before = process.cpuUsage();
const photographs = await readPhotographs({ paths, options: { size } });
const { user, system } = process.cpuUsage(before);
line("read, decode, resize: time on one core", (user + system) / 1000, images);
writeFileSync(join(temporary, "paths"), paths.join("\n"));
writeFileSync(join(temporary, "planes"), Buffer.concat(photographs.map(({ planes }) => planes)));

const cache = join(temporary, "cache");
for (const workers of [0, 1, 2, 4])
  line(`opened on ${workers || "no"} threads`, await elapsed(() => open({ workers })), images);
line("opened, filling a cache on disk", await elapsed(() => open({ cache })), images);
line("opened from that cache", await elapsed(() => open({ cache })), images);

const moved = { flip: 0.5, shift: 0.1, rotate: 15, crop: 0.2 };
const augmented = { ...moved, brightness: 0.2, contrast: 0.2, saturation: 0.2 };
for (const [name, options] of [
  ["batches of 512", {}],
  ["batches of 512, flipped and moved", { augment: moved }],
  ["batches of 512, with every augmentation", { augment: augmented }],
]) {
  const pass = () => {
    for (const _ of train.batches(512, options));
  };
  pass();
  line(name, await elapsed(pass), train.length);
}
