/** Photographs: decoded and resized beside Pillow, one core each; read on threads; and batches, which training waits for. */

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { countOption } from "../scripts/count-option.js";
import { type Photograph, readPhotographs } from "../src/data/photograph.js";
import { type AugmentOptions, openSplits, type PhotoFolderOptions } from "../src/index.js";
import { pythonWith } from "./contest/programs.js";
import { describeMachine } from "./report.js";
import { elapsed } from "./timing.js";

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

const open = (options: Partial<PhotoFolderOptions>) => openSplits(folder, { size, limit, onError: "skip", ...options });

function line(what: string, milliseconds: number, images: number): void {
  const each = (milliseconds / images).toFixed(3);
  console.log(`${what.padEnd(44)} ${(milliseconds / 1000).toFixed(2).padStart(7)} s  ${each.padStart(7)} ms an image`);
}

/** The mean and the largest difference between torchlet's planes and Pillow's interleaved pixels, of 255. */
function difference(photographs: readonly Photograph[], pixels: Uint8Array): [mean: number, worst: number] {
  const area = size * size;
  let [sum, worst] = [0, 0];
  for (const [n, { planes }] of photographs.entries()) {
    for (let i = 0; i < planes.length; i++) {
      const off = Math.abs(planes[i] - pixels[n * planes.length + 3 * (i % area) + Math.floor(i / area)]);
      sum += off;
      worst = Math.max(worst, off);
    }
  }
  return [sum / pixels.length, worst];
}

async function besidePillow(paths: readonly string[]): Promise<void> {
  const out = join(temporary, "pixels");
  await readPhotographs({ paths: paths.slice(0, 100), options: { size } });
  // Time of the processor: what else runs on the machine shows less in it.
  const before = process.cpuUsage();
  const photographs = (await readPhotographs({ paths, options: { size } })) as Photograph[];
  const { user, system } = process.cpuUsage(before);
  const script = fileURLToPath(new URL("peers/pillow.py", import.meta.url));
  const { command, version } = pythonWith("PIL");
  const seconds = Number(execFileSync(command, [script, String(size), out], { input: paths.join("\n") }));
  const [mean, worst] = difference(photographs, readFileSync(out));
  line("read, decode, resize: time on one core", (user + system) / 1000, paths.length);
  line(`the same by Pillow ${version}`, 1000 * seconds, paths.length);
  console.log(`difference of 255: mean ${mean.toFixed(3)}, largest ${worst}\n`);
}

try {
  console.log(`${Object.values(describeMachine()).join("; ")}\n`);
  const { train, test } = await open({ workers: 0 });
  const images = train.length + test.length;
  await besidePillow([train, test].flatMap((split) => split.files.map((file) => `${split.folder}/${file}`)));

  const cache = join(temporary, "cache");
  for (const workers of [0, 1, 2, 4])
    line(`opened on ${workers || "no"} threads`, await elapsed(() => open({ workers })), images);
  line("opened, filling a cache on disk", await elapsed(() => open({ cache })), images);
  line("opened from that cache", await elapsed(() => open({ cache })), images);
  console.log();

  const augment: AugmentOptions = {
    flip: 0.5,
    shift: 0.1,
    rotate: 15,
    crop: 0.2,
    brightness: 0.2,
    contrast: 0.2,
    saturation: 0.2,
  };
  for (const [name, options] of [
    ["batches of 512", {}],
    ["batches of 512, flipped and moved", { augment: { flip: 0.5, shift: 0.1, rotate: 15, crop: 0.2 } }],
    ["batches of 512, with every augmentation", { augment }],
  ] as const) {
    const pass = () => {
      for (const _ of train.batches(512, options));
    };
    pass();
    line(name, await elapsed(pass), train.length);
  }
} finally {
  rmSync(temporary, { recursive: true });
}
