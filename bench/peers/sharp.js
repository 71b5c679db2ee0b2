/** sharp: `sharp.js SIZE < PATHS` decodes and resizes on one core, and writes the processor's seconds to standard output. */

import { readFileSync } from "node:fs";
import sharp from "sharp";

const size = Number(process.argv[2]);
const paths = readFileSync(0, "utf8").split("\n");

sharp.concurrency(1);
sharp.cache(false);

/** @param {string} path */
const read = (path) =>
  sharp(path)
    .autoOrient()
    .flatten({ background: "white" })
    .resize(size, size, { fit: "fill", kernel: "linear" })
    .toColourspace("srgb")
    .raw()
    .toBuffer();

for (const path of paths.slice(0, 100)) await read(path);
const before = process.cpuUsage();
for (const path of paths) await read(path);
const { user, system } = process.cpuUsage(before);
console.log((user + system) / 1e6, sharp.versions.sharp);
