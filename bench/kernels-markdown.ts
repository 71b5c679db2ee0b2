/**
 * Results of `bench kernels` as tables for docs/performance.md: `kernels-markdown.ts kernels.json [tiles.json]`, the second
 * of which has been made with `--way direct`. GFLOP/s, and the share of what the machine allows.
 */

import { readFileSync } from "node:fs";
import type { KernelRow } from "./kernels.js";
import { type NetName, titles } from "./nets.js";
import { percent, type Report, short } from "./report.js";

const PASSES = ["forward", "input gradient", "weight gradient"] as const;

const [path, tilesPath] = process.argv.slice(2);
if (!path) throw new Error("kernels-markdown.ts: expected the results of bench kernels");
const read = (file: string): Report<KernelRow> => JSON.parse(readFileSync(file, "utf8"));
const { rows, machine, date } = read(path);
const tiles = new Map((tilesPath ? read(tilesPath).rows : []).map((row) => [row.name, row]));

/** By the fastest tenth of the calls, as the limits are the best of ten windows. */
const best = ({ gflops, median, low }: KernelRow) => (gflops * median) / low;

const reached = (row: KernelRow) => short(best(row)) + (row.limit ? ` (${percent(best(row) / row.limit)})` : "");

const limitOf = ({ limit }: KernelRow) => (limit ? short(limit) : "");

function printTable(columns: readonly string[], lines: readonly (readonly string[])[]): void {
  console.log(`\n| ${columns.join(" | ")} |\n|${" --- |".repeat(columns.length)}`);
  for (const line of lines) console.log(`| ${line.join(" | ")} |`);
}

/** `${kind} ${layer} ${pass}`, where a kernel is one of a layer's three. */
function layerOf({ name }: KernelRow): string | undefined {
  const pass = PASSES.find((pass) => name.endsWith(` ${pass}`));
  return pass && /^(conv2d|matmul) /.test(name) ? name.slice(0, -pass.length - 1) : undefined;
}

function lineOf(layer: string): string[] {
  const passes = PASSES.map((pass) => rows.find(({ name }) => name === `${layer} ${pass}`));
  const first = passes.find((row) => row !== undefined)!;
  const [net] = layer.split(" ")[1].split(".");
  const ways = new Set(passes.flatMap((row) => (row?.way ? [row.way] : [])));
  const byTiles = tiles.get(`${layer} forward`);
  return [
    net in titles ? titles[net as NetName] : "",
    first.shape,
    [...ways].join(", "),
    limitOf(first),
    ...passes.map((row) => (row ? reached(row) : "")),
    byTiles ? short(best(byTiles)) : "",
  ];
}

console.log(`${Object.values(machine).join("; ")}; threads: ${rows[0].threads}; ${date.slice(0, 10)}`);
const layers = new Set(rows.flatMap((row) => layerOf(row) ?? []));
printTable(["net", "layer", "way", "limit", ...PASSES, "forward by tiles"], [...layers].map(lineOf));
printTable(
  ["kernel", "shape", "limit", "GFLOP/s", "GB/s"],
  rows.filter((row) => !layerOf(row)).map((row) => [row.name, row.shape, limitOf(row), reached(row), short(row.gbps)]),
);
