/** Results of `bench peers` as a table for the documents: `markdown.ts peers.json [TEXT]`, of what has TEXT in its name. */

import { readFileSync } from "node:fs";
import type { Measured, PeerRow } from "../contest/contests.js";
import { type NetName, titles } from "../nets.js";
import { formatBytes, type Report, short } from "../report.js";

const [path, text = ""] = process.argv.slice(2);
if (!path) throw new Error("markdown.ts: expected the results of bench peers");
const { rows, machine, date }: Report<PeerRow> = JSON.parse(readFileSync(path, "utf8"));
const wanted = rows.filter(({ name, peer }) => `${name}, ${peer}`.includes(text));

const nodes = [...new Set(rows.map(({ us }) => us))];

function cell({ name }: PeerRow, { median, best }: Measured): string {
  const format = name.includes("memory") ? formatBytes : short;
  return median === best ? format(median) : `${format(median)} (${format(best)})`;
}

function workOf({ name }: PeerRow): string {
  const [net] = name.split(" ");
  return net in titles ? name.replace(net, titles[net as NetName]) : name;
}

const keyOf = ({ name, threads, peer, peerThreads }: PeerRow) => [name, threads, peer, peerThreads].join();

/** The same comparison on each Node, in one line. */
function line(key: string): string {
  const same = wanted.filter((row) => keyOf(row) === key);
  const [first] = same;
  const onEachNode = (text: (row: PeerRow) => string) =>
    nodes.map((node) => same.filter(({ us }) => us === node).map(text)[0] ?? "–");
  const ours = onEachNode((row) => cell(row, row.ours));
  const speeds = onEachNode(({ ratio }) => `${short(ratio)}×`);
  const threads =
    first.threads === first.peerThreads ? `${first.threads}` : `${first.threads}, its ${first.peerThreads}`;
  return [workOf(first), threads, first.peer, cell(first, first.theirs), ...ours, ...speeds].join(" | ");
}

const columns = [
  "work",
  "threads",
  "other",
  "its",
  ...nodes,
  ...nodes.map((node) => `speed${node.replace(/^torchlet/, "")}`),
];
console.log(
  `${Object.values(machine).join("; ")}; ${date.slice(0, 10)}. Median (best turn), ms an image or product.\n`,
);
console.log(`| ${columns.join(" | ")} |\n|${" --- |".repeat(columns.length)}`);
for (const key of new Set(wanted.map(keyOf))) console.log(`| ${line(key)} |`);
