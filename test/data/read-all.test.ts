/** Threads that read photographs: lists of files share them. */

import { join } from "node:path";
import { expect, it } from "vitest";
import type { Photograph } from "../../src/data/image.js";
import { Readers, readAll } from "../../src/data/read-all.js";
import { folderOf, jpeg, png } from "./photographs.js";

const FILES = { "a.jpg": jpeg, "b.png": png, "c.jpg": "no photograph", "d.jpg": jpeg };

/** What a list of files comes to, in its order. */
async function readBy(read: Readers["read"], folder: string, workers?: number) {
  const paths = Object.keys(FILES).map((name) => join(folder, name));
  const photographs: Photograph[] = [];
  const options = { size: 4, workers, onError: "skip" } as const;
  const failures = await read(paths, options, (index, photograph) => (photographs[index] = photograph));
  return { photographs, failures };
}

it("are started once for all lists, as many as the largest asks for, and end when they are told to", async () => {
  const folder = await folderOf(FILES);
  const expected = await readBy(readAll, folder, 0);
  expect(expected.failures).toMatchObject([{ index: 2 }]);
  let started = 0;
  const onWorker = () => void started++;
  process.on("worker", onWorker);
  const readers = new Readers();
  const counts: number[] = [];
  try {
    // Too few bytes for a thread, where there is none yet.
    for (const workers of [undefined, 1, 1, undefined, 0, 2, 1]) {
      expect(await readBy((...list) => readers.read(...list), folder, workers)).toEqual(expected);
      counts.push(started);
    }
  } finally {
    await readers.end();
    process.off("worker", onWorker);
  }
  expect(counts).toEqual([0, 1, 1, 1, 1, 3, 3]);
  expect(await readBy((...list) => readers.read(...list), folder)).toEqual(expected);
});
