/** Draws saved results: `charts.ts kernels.json peers.json FOLDER` writes roofline.svg and comparison.svg there. */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import type { PeerRow } from "../contest/contests.js";
import type { KernelRow } from "../kernels.js";
import type { Report } from "../report.js";

/** Told apart by those who cannot see all colours: Okabe and Ito. */
const COLORS = { blue: "#0072b2", orange: "#d55e00", green: "#009e73", grey: "#777777" };

const STYLE = "background: white; color: #222; font: 13px system-ui, sans-serif; overflow: visible";

function read<R extends PeerRow | KernelRow>(path: string): Report<R> {
  return JSON.parse(readFileSync(path, "utf8"));
}

/** A file needs its namespace, which an element inside a page does not. */
function save(path: string, plot: Element): void {
  plot.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  writeFileSync(path, `${plot.outerHTML}\n`);
  console.log(path);
}

const { document } = parseHTML("<html><body></body></html>");

function familyOf(name: string): string {
  if (name.startsWith("matmul")) return "matrix products";
  return name.startsWith("conv2d") ? "convolutions and gradients" : "everything else";
}

/** Speed over arithmetic intensity, under the two limits of the machine. */
function roofline({ rows }: Report<KernelRow>): Element {
  const { peak, bandwidth } = rows[0].roofline;
  const points = rows.map(({ name, gflops, gbps }) => ({ intensity: gflops / gbps, gflops, family: familyOf(name) }));
  const [from, to] = [0.05, 1000];
  const ridge = peak / bandwidth;
  const roof = [from, ridge, to].map((x) => ({ x, y: Math.min(peak, x * bandwidth) }));
  return Plot.plot({
    ...{ document, style: STYLE, width: 760, height: 440, marginLeft: 60, marginBottom: 50, marginTop: 40, grid: true },
    x: {
      type: "log",
      domain: [from, to],
      label: "floating-point operations for each byte of inputs and results",
      tickFormat: "~g",
    },
    y: { type: "log", label: "GFLOP/s", tickFormat: "~g" },
    color: { legend: false, domain: [...new Set(points.map(({ family }) => family))], range: Object.values(COLORS) },
    marks: [
      Plot.line(roof, { x: "x", y: "y", stroke: COLORS.grey, strokeWidth: 2 }),
      Plot.text([{ x: to, y: peak }], {
        x: "x",
        y: "y",
        text: [`${peak.toFixed(0)} GFLOP/s in registers`],
        dy: -10,
        textAnchor: "end",
      }),
      Plot.text([{ x: from, y: from * bandwidth }], {
        x: "x",
        y: "y",
        text: [`${bandwidth.toFixed(0)} GB/s copying`],
        dx: 45,
        dy: -4,
        textAnchor: "start",
      }),
      Plot.dot(points, {
        x: "intensity",
        y: "gflops",
        fill: "family",
        r: 4,
        fillOpacity: 0.75,
        stroke: "white",
        strokeWidth: 0.5,
      }),
      ...legend([...new Set(points.map(({ family }) => family))], Object.values(COLORS)),
    ],
  }) as Element;
}

/** A legend inside the chart: one of its own would not be part of the file. */
function legend(names: string[], colors: string[]): Plot.Markish[] {
  return names.flatMap((name, i) => {
    const place = { frameAnchor: "bottom-right", dy: -14 - 20 * (names.length - 1 - i) } as const;
    return [
      Plot.dot([name], { ...place, fill: colors[i], r: 5, dx: -190 }),
      Plot.text([name], { ...place, text: [name], textAnchor: "start", dx: -180, dy: place.dy }),
    ];
  });
}

/** torchlet's speed over each peer's, with what was to be reached. */
function comparison({ rows }: Report<PeerRow>): Element {
  const bars = rows.map((row) => {
    const threads = row.threads === row.peerThreads ? `${row.threads}` : `${row.threads} against ${row.peerThreads}`;
    return { ...row, label: `${row.name}, ${row.peer}, threads: ${threads}` };
  });
  const values = bars.flatMap(({ ratio, needed = ratio, aim = ratio }) => [ratio, needed, aim]);
  const domain = [Math.min(0.25, ...values) / 1.3, Math.max(...values) * 2];
  const tick = { y: "label", strokeWidth: 2, inset: -1 };
  return Plot.plot({
    ...{
      document,
      style: STYLE,
      width: 900,
      height: 70 + 24 * bars.length,
      marginLeft: 400,
      marginTop: 40,
      marginRight: 30,
    },
    x: {
      type: "log",
      domain,
      label: "torchlet's speed over the other's (1 = as fast)",
      tickFormat: "~g",
      axis: "top",
      grid: true,
    },
    y: { domain: bars.map(({ label }) => label), label: null, tickSize: 0 },
    marks: [
      Plot.barX(bars, {
        x1: 1,
        x2: "ratio",
        y: "label",
        fill: ({ ratio }) => (ratio >= 1 ? COLORS.blue : COLORS.orange),
        inset: 4,
      }),
      Plot.text(bars, {
        ...{ x: "ratio", y: "label", text: ({ ratio }) => `${ratio.toPrecision(3)}×` },
        ...{
          textAnchor: "start",
          dx: 6,
          fill: "#222",
          stroke: "white",
          strokeWidth: 3,
          filter: ({ ratio }) => ratio >= 1,
        },
      }),
      Plot.text(bars, {
        ...{ x: "ratio", y: "label", text: ({ ratio }) => `${ratio.toPrecision(3)}×` },
        ...{
          textAnchor: "end",
          dx: -6,
          fill: "#222",
          stroke: "white",
          strokeWidth: 3,
          filter: ({ ratio }) => ratio < 1,
        },
      }),
      Plot.tickX(
        bars.filter(({ needed }) => needed !== undefined),
        { ...tick, x: "needed", stroke: "black" },
      ),
      Plot.tickX(
        bars.filter(({ aim }) => aim !== undefined),
        { ...tick, x: "aim", stroke: COLORS.green },
      ),
      Plot.ruleX([1], { stroke: COLORS.grey }),
    ],
    caption: undefined,
  }) as Element;
}

const [kernels, peers, folder] = process.argv.slice(2);
if (!folder) throw new Error("charts.ts: expected the results of bench kernels, those of bench peers, and a folder");
save(join(folder, "roofline.svg"), roofline(read<KernelRow>(kernels)));
save(join(folder, "comparison.svg"), comparison(read<PeerRow>(peers)));
