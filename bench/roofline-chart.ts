/** Draws what `bench kernels --json` has saved under the limits of the machine: `roofline-chart.ts kernels.json FILE.svg`. */

import { readFileSync, writeFileSync } from "node:fs";
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import type { KernelRow } from "./kernels.js";
import type { Report } from "./report.js";

/** Told apart by those who cannot see all colours: Okabe and Ito. */
const COLORS = { blue: "#0072b2", orange: "#d55e00", green: "#009e73", pink: "#cc79a7", grey: "#777777" };

const STYLE = { background: "white", color: "#222", font: "13px system-ui, sans-serif", overflow: "visible" };

const { document } = parseHTML("<html><body></body></html>");

/** Kinds of kernels, and how they are drawn. */
const FAMILIES = {
  "convolutions by Winograd's algorithm": COLORS.blue,
  "other convolutions": COLORS.orange,
  "depthwise convolutions": COLORS.pink,
  "matrix products": COLORS.green,
  "everything else": COLORS.grey,
};

function familyOf({ name, way }: KernelRow): keyof typeof FAMILIES {
  if (name.startsWith("matmul")) return "matrix products";
  if (!name.startsWith("conv2d")) return "everything else";
  if (way === "depthwise") return "depthwise convolutions";
  return way === "winograd" || way === "eightPoints" ? "convolutions by Winograd's algorithm" : "other convolutions";
}

const format = (value: number) => value.toLocaleString("en-US", { maximumSignificantDigits: 3 });

/** Speed over arithmetic intensity, under the two limits of the machine. */
function roofline({ rows }: Report<KernelRow>): Element {
  const limitsOfMachine = rows[0].roofline;
  if (!limitsOfMachine) throw new Error("charts: these kernels ran on a device whose limits are not known");
  const { peak, bandwidth } = limitsOfMachine;
  const points = rows.map((row) => ({ intensity: row.gflops / row.gbps, gflops: row.gflops, family: familyOf(row) }));
  const [families, colors] = [Object.keys(FAMILIES), Object.values(FAMILIES)];
  const from = Math.min(...points.map(({ intensity }) => intensity)) / 2;
  const to = 2 * Math.max(...points.map(({ intensity }) => intensity));
  const least = Math.min(from * bandwidth, ...points.map(({ gflops }) => gflops / 1.5));
  const ridge = peak / bandwidth;
  const roof = [from, ridge, to].map((x) => ({ x, y: Math.min(peak, x * bandwidth) }));
  const limits = [
    { x: ridge / 8, y: (ridge / 8) * bandwidth, text: `${format(bandwidth)} GB/s, copying` },
    { x: ridge, y: peak, text: `${format(peak)} GFLOP/s, multiplying and adding` },
  ];
  return Plot.plot({
    ...{
      document,
      style: STYLE,
      width: 760,
      height: 460,
      marginLeft: 60,
      marginRight: 30,
      marginBottom: 50,
      marginTop: 30,
    },
    x: {
      type: "log",
      domain: [from, to],
      label: "floating-point operations for each byte of inputs and results",
      tickFormat: "~g",
    },
    y: {
      type: "log",
      domain: [least, 2 * Math.max(peak, ...points.map(({ gflops }) => gflops))],
      label: "GFLOP/s",
      tickFormat: "~g",
    },
    color: { domain: families, range: colors },
    grid: true,
    marks: [
      Plot.line(roof, { x: "x", y: "y", stroke: COLORS.grey, strokeWidth: 2 }),
      Plot.text(limits.slice(0, 1), { x: "x", y: "y", text: "text", textAnchor: "end", dx: -10, dy: -8 }),
      Plot.text(limits.slice(1), { x: "x", y: "y", text: "text", textAnchor: "end", dy: -10 }),
      Plot.dot(points, {
        x: "intensity",
        y: "gflops",
        fill: "family",
        r: 4,
        fillOpacity: 0.75,
        stroke: "white",
        strokeWidth: 0.5,
      }),
      ...families.flatMap((name, i) => {
        const dy = -14 - 20 * (families.length - 1 - i);
        return [
          Plot.dot([name], { frameAnchor: "bottom-right", fill: colors[i], r: 5, dx: -270, dy }),
          Plot.text([name], { frameAnchor: "bottom-right", text: [name], textAnchor: "start", dx: -260, dy: dy + 4 }),
        ];
      }),
    ],
  }) as Element;
}

const [kernels, file] = process.argv.slice(2);
if (!file) throw new Error("roofline-chart.ts: expected the results of bench kernels, and a file");
const report: Report<KernelRow> = JSON.parse(readFileSync(kernels, "utf8"));
const plot = roofline(report);
// A file needs its namespace, which an element inside a page does not.
plot.setAttribute("xmlns", "http://www.w3.org/2000/svg");
writeFileSync(file, `${plot.outerHTML}\n`);
