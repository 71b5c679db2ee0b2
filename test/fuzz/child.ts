/** The process that a fuzz run decodes in: it makes its damaged files itself, and tells its parent how each one ended. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { decodeImage } from "../../src/data/decode.js";
import { DecodeError } from "../../src/data/decoding.js";
import { labelOf } from "../../src/data/face-folder.js";
import { Generator } from "../../src/tensor/random.js";
import type { Job, Outcome } from "./fuzz.js";
import { mutate } from "./mutate.js";

// Made by scripts/fixtures/make_data_fixtures.py.
const cases: { file: string }[] = JSON.parse(readFileSync("test/fixtures/data/decode.json", "utf8"));
const small = cases.map(({ file }) => new Uint8Array(Buffer.from(file, "base64")));

const ODD = "../shared/data/odd";
const odd = existsSync(ODD) ? readdirSync(ODD).map((name) => new Uint8Array(readFileSync(`${ODD}/${name}`))) : [];

/** Photographs take a hundred times as long as the small images. */
const ODD_SHARE = 0.03;

async function decode(file: Uint8Array, maxPixels: number): Promise<Outcome["result"]> {
  try {
    const { width, height, data } = await decodeImage(file, { maxPixels });
    if (width * height > maxPixels || data.length !== 3 * width * height) return `${width} × ${height}: ${data.length}`;
    return "decoded";
  } catch (error) {
    return error instanceof DecodeError ? "refused" : String((error as Error).stack);
  }
}

/** Any name at all has a label or none. */
function checkLabel(random: Generator): string | undefined {
  const name = String.fromCharCode(
    ...Array.from({ length: random.int(12) }, () => random.int(random.int(2) ? 128 : 65536)),
  );
  for (const each of [name, `${name}${random.int(3)}.jpg`]) {
    const label = labelOf(each);
    if (label !== 0 && label !== 1 && label !== undefined) return `the label of ${JSON.stringify(each)} is ${label}`;
  }
  return undefined;
}

process.on("message", async ({ seed, first, last, maxPixels }: Job) => {
  for (let index = first; index < last; index++) {
    const random = new Generator(seed).fork(`file ${index}`);
    const file = mutate(odd.length > 0 && random.uniform() < ODD_SHARE ? odd : small, random);
    const result = checkLabel(random) ?? (await decode(file, maxPixels));
    // The largest the process has ever been.
    const megabytes = process.resourceUsage().maxRSS / 1024;
    process.send?.({ index, result, megabytes } satisfies Outcome);
  }
});
