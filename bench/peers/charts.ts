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

const STYLE = { background: "white", color: "#222", font: "13px system-ui, sans-serif", overflow: "visible" };

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

const format = (value: number) => value.toLocaleString("en-US", { maximumSignificantDigits: 3 });

/** Speed over arithmetic intensity, under the two limits of the machine. */
function roofline({ rows }: Report<KernelRow>): Element {
  const limitsOfMachine = rows[0].roofline;
  if (!limitsOfMachine) throw new Error("charts: these kernels ran on a device whose limits are not known");
  const { peak, bandwidth } = limitsOfMachine;
  const points = rows.map(({ name, gflops, gbps }) => ({ intensity: gflops / gbps, gflops, family: familyOf(name) }));
  const families = [...new Set(points.map(({ family }) => family))];
  const colors = Object.values(COLORS);
  const from = Math.min(...points.map(({ intensity }) => intensity)) / 2;
  const to = 2 * Math.max(...points.map(({ intensity }) => intensity));
  const least = Math.min(from * bandwidth, ...points.map(({ gflops }) => gflops / 1.5));
  const ridge = peak / bandwidth;
  const roof = [from, ridge, to].map((x) => ({ x, y: Math.min(peak, x * bandwidth) }));
  const limits = [
    { x: ridge / 2, y: (ridge / 2) * bandwidth, text: `${format(bandwidth)} GB/s, copying` },
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
      Plot.text(limits.slice(0, 1), { x: "x", y: "y", text: "text", textAnchor: "start", dx: 10, dy: 8 }),
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
          Plot.dot([name], { frameAnchor: "bottom-right", fill: colors[i], r: 5, dx: -190, dy }),
          Plot.text([name], { frameAnchor: "bottom-right", text: [name], textAnchor: "start", dx: -180, dy: dy + 4 }),
        ];
      }),
    ],
  }) as Element;
}

/** torchlet's speed over each peer's, with what was to be reached. */
function comparison({ rows }: Report<PeerRow>): Element {
  // With several Nodes, the first is the one that counts.
  const bars = rows
    .filter(({ us }) => us === rows[0].us)
    .map((row) => {
      const { name, peer, threads, peerThreads } = row;
      const both = threads === peerThreads ? `${threads}` : `${threads} against ${peerThreads}`;
      return { ...row, label: `${name}, ${both} ${peerThreads === 1 ? "thread" : "threads"}: ${peer}` };
    });
  const values = bars.flatMap(({ ratio, needed = ratio, aim = ratio }) => [ratio, needed, aim]);
  const domain = [Math.min(0.5, ...values) / 1.2, Math.max(2, ...values) * 6];
  const tick = { y: "label", strokeWidth: 2, inset: 2 } as const;
  return Plot.plot({
    ...{ document, style: STYLE, width: 960, height: 70 + 24 * bars.length, marginLeft: 480, marginTop: 50 },
    x: {
      ...{ type: "log", domain, axis: "top", grid: true, tickFormat: format },
      ticks: [0.1, 1, 10, 100, 1000, 10_000].filter((x) => x > domain[0] && x < domain[1]),
      label: "times as fast (or as small) as the other; black mark: needed, green mark: aimed at",
    },
    y: { domain: bars.map(({ label }) => label), label: null, tickSize: 0 },
    marks: [
      Plot.barX(bars, {
        x1: 1,
        x2: "ratio",
        y: "label",
        fill: ({ ratio }) => (ratio < 1 ? COLORS.orange : COLORS.blue),
        insetTop: 4,
        insetBottom: 4,
      }),
      Plot.text(bars, {
        frameAnchor: "right",
        y: "label",
        text: ({ ratio }) => `${format(ratio)}×`,
        textAnchor: "end",
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
  }) as Element;
}

const [kernels, peers, folder] = process.argv.slice(2);
if (!folder) throw new Error("charts.ts: expected the results of bench kernels, those of bench peers, and a folder");
save(join(folder, "roofline.svg"), roofline(read<KernelRow>(kernels)));
save(join(folder, "comparison.svg"), comparison(read<PeerRow>(peers)));
