/** The examples on other data than faces, run from the command line on a little of it. */

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { PNG } from "pngjs";
import { beforeAll, describe, expect, it } from "vitest";
import { loadSafetensors } from "../../src/io/safetensors/file.js";
import { useRunner } from "./run-example.js";

const example = useRunner();

/** `n` pictures of one grey each, in the files that Fashion-MNIST has. */
async function writeSplit(folder: string, name: string, n: number): Promise<void> {
  const bytes = (type: number, sizes: number[], data: number[]) =>
    gzipSync(Uint8Array.from([0, 0, type, sizes.length, ...sizes.flatMap((k) => [0, 0, k >> 8, k & 255]), ...data]));
  const labels = Array.from({ length: n }, (_, i) => i % 10);
  const pixels = labels.flatMap((label) => Array<number>(28 * 28).fill(25 * label));
  await writeFile(join(folder, `${name}-images-idx3-ubyte.gz`), bytes(8, [n, 28, 28], pixels));
  await writeFile(join(folder, `${name}-labels-idx1-ubyte.gz`), bytes(8, [n], labels));
}

beforeAll(async () => {
  await mkdir(join(example.root, "grey"));
  await writeSplit(join(example.root, "grey"), "train", 40);
  await writeSplit(join(example.root, "grey"), "t10k", 20);
});

describe("fashion-mnist", () => {
  it("trains on grey pictures, and saves the weights", async () => {
    const options = ["--data", "grey", "--epochs", "1", "--out", "a/w.safetensors"];
    const { code, stdout, stderr } = await example.run("fashion-mnist", ...options);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("40 training and 20 test pictures of 10 classes, on wasm");
    expect(stdout).toMatch(/^ {2}test {3}loss \d+\.\d{4} {2}accuracy \d+\.\d\d %/m);
    const { tensors } = await loadSafetensors(join(example.root, "a/w.safetensors"));
    expect(tensors["10.weight"].shape).toEqual([128, 3136]);
  });
});

describe("autoencoder", () => {
  it("draws ten pictures, and below them what comes back", async () => {
    const { code, stdout, stderr } = await example.run(
      "autoencoder",
      "--data",
      "grey",
      "--epochs",
      "1",
      "--out",
      "a/b.png",
    );
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("40 pictures of 784 pixels, through 16 numbers, on wasm");
    const { width, height, data } = PNG.sync.read(await readFile(join(example.root, "a/b.png")));
    expect([width, height]).toEqual([10 * 28, 7 * 28]);
    expect(Array.from({ length: 10 }, (_, i) => data[4 * (28 * i + 14)])).toEqual([
      0, 25, 50, 75, 100, 125, 150, 175, 200, 225,
    ]);
  });
});

describe("transformer", () => {
  it("trains on sums, and says how many it can add", async () => {
    const { code, stdout, stderr } = await example.run("transformer", "--steps", "2", "--batch", "4");
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^102412 numbers to learn, on wasm$/m);
    expect(stdout).toMatch(/^\d{3} \+ \d{3} = \d+$/m);
    expect(stdout).toMatch(/^\d+ of 1000 sums that it never saw are right$/m);
  });
});

describe("weather", () => {
  it("forecasts the last year of a table, beside two forecasts that are simpler", async () => {
    // The highest temperature rises by one degree a day: what it was is 1 °C too low, and that is what to find.
    const lines = Array.from({ length: 60 }, (_, i) => {
      const date = new Date(Date.UTC(2014, 10, 20 + i)).toISOString().slice(0, 10).replaceAll("-", "/");
      return `${date},${i % 3},${i % 30},${(i % 30) - 5},${i % 4},sun`;
    });
    await writeFile(
      join(example.root, "w.csv"),
      `date,precipitation,temp_max,temp_min,wind,weather\n${lines.join("\n")}\n`,
    );
    const { code, stdout, stderr } = await example.run("weather", "--data", "w.csv", "--epochs", "2");
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("39 days to learn from, 18 days of 2015 to forecast");
    expect(stdout).toMatch(/^as it was today {10}mean error 1.00 °C, root of the mean square 1.00 °C$/m);
    expect(stdout).toMatch(/^a net, 32 in the middle {2}mean error \d+\.\d\d °C/m);
  });
});

it("each says where its data come from when they are not there", async () => {
  const [clothes, weather] = await Promise.all(
    ["autoencoder", "weather"].map((name) => example.run(name, "--data", "nowhere")),
  );
  expect(clothes.stderr).toContain("there is no nowhere: on Debian, apt-get install dataset-fashion-mnist; elsewhere");
  expect(weather.stderr).toContain("there is no nowhere: on Debian, apt-get install python3-vega-datasets; elsewhere");
});
