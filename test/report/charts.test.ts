/** Charts as files of their own: whatever classes are called, they are XML. */

import fc from "fast-check";
import { chromium } from "playwright";
import { expect, it } from "vitest";
import { Charts } from "../../src/report/charts/chart.js";
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
