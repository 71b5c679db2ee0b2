/** Charts as files of their own: whatever classes are called, they are XML, and learning rates are written plainly. */

import fc from "fast-check";
import { chromium } from "playwright";
import { expect, it } from "vitest";
import { Charts } from "../../src/report/charts/chart.js";
import { sideTicks } from "../../src/report/charts/data.js";
import { learningRateChart } from "../../src/report/charts/learning-rate.js";
import { calibration } from "../../src/report/charts/probabilities.js";
import { Predictions } from "../../src/report/predictions.js";
import { launchOptions, noChromium } from "../chromium.js";

const name = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: "grapheme" }),
  fc.constantFrom("R&D", "<b>", "a\0\ud800\uffff", "]]>\"'", "\x1b[2J"),
);

it.skipIf(noChromium)("are well-formed, and say what they were given", async () => {
  const charts = await Charts.load();
  const { plot } = charts;
  const names = fc.sample(fc.tuple(name, name), { numRuns: 100, seed: 1 });
  const files = names.map(([a, b]) => {
    const marks = [plot.barX([1, 2], { y: [a, b], title: [a, b] }), plot.text([a], { x: [1] })];
    return charts.draw({
      name: "chart",
      title: a,
      legend: { names: [a, b], colors: ["red", "blue"] },
      marks,
      y: { label: b },
    }).file;
  });
  const browser = await chromium.launch(launchOptions);
  try {
    const page = await browser.newPage();
    const wrong = await page.evaluate(
      (texts) =>
        texts.flatMap((text, i) => {
          const parsed = new DOMParser().parseFromString(text, "image/svg+xml");
          return parsed.querySelector("parsererror")
            ? [`${i}: ${new XMLSerializer().serializeToString(parsed).slice(0, 300)}`]
            : [];
        }),
      files,
    );
    expect(wrong).toEqual([]);
  } finally {
    await browser.close();
  }
  expect(charts.draw({ name: "chart", title: "R&D <1>", marks: [] }).file).toContain('aria-label="R&amp;D &lt;1&gt;"');
});

it("writes learning rates as programs do", async () => {
  const rates = Array.from({ length: 9 }, (_, i) => 10 ** (i - 7));
  const losses = rates.map((_, i) => Math.abs(5 - i));
  const { file } = learningRateChart(await Charts.load(), { rates, losses, smoothed: losses, suggestion: 0.01 });
  const texts = Array.from(file.matchAll(/<text[^>]*>([^<]*)<\/text>/g), ([, text]) => text);
  const written = ["1e-7", "1e-6", "1e-5", "1e-4", "0.001", "0.01", "0.1", "1", "10"];
  expect(texts.slice(texts.indexOf("1e-7"), texts.indexOf("1e-7") + 9)).toEqual(written);
});

it("of calibration have no line through dots of a few photographs", async () => {
  // Nine photographs of which the net is half sure, and many of which it is sure.
  const of = (count: number, p: number) => Array.from({ length: count }, () => [Math.log(1 - p), Math.log(p)]);
  const dots = async (unsure: number) => {
    const outputs = [...of(unsure, 0.55), ...of(40, 0.95), ...of(40, 0.05)];
    const predictions = new Predictions(
      ["no", "yes"],
      Int32Array.from(outputs, (_, i) => i % 2),
      outputs,
    );
    const [, path] =
      /aria-label="line"[^>]*><path[^>]*><\/path><\/g>.*?aria-label="line"[^>]*><path[^>]* d="([^"]*)"/s.exec(
        calibration(await Charts.load(), predictions).file,
      )!;
    return path.split("L").length;
  };
  expect([await dots(9), await dots(10)]).toEqual([2, 3]);
});

it.each([
  [16, 300, [16, 32, 64, 128, 256]],
  [48, 64, [48, 64]],
  [40, 96, [40, 96]],
  [90, 96, [93]],
])("of sizes from %d to %d name %j", (from, to, named) => {
  expect(sideTicks(from, to)).toEqual(named);
});
