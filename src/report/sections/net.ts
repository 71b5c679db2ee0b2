/** The net, layer by layer. */

import { summary } from "../../layers/summary.js";
import { count } from "../../text.js";
import { folded } from "../blocks.js";
import type { Examination } from "../examine.js";
import { html } from "../html.js";
import type { Section } from "../page.js";
import { table } from "../table.js";

export function netSection({ model, run }: Examination): Section {
  const { size } = run.config;
  const { layers, parameters, flops } = summary(model, [1, 3, size, size]);
  const number = (n: number) => (n === 0 ? "" : count(n));
  return {
    id: "net",
    title: "The net",
    charts: [],
    body: html`<p>For one photograph: ${count(parameters)} parameters and ${(flops / 1e6).toFixed(1)} million floating-point
operations (multiplications and additions of convolutions and matrix products).</p>
${folded(
  "Layer by layer",
  table({
    label: "Layers of the net",
    head: ["layer", "name", "output", "parameters", "FLOPs"],
    rows: layers.map((layer) => [
      layer.title,
      layer.name,
      layer.outShape.slice(1).join("×"),
      number(layer.parameters),
      number(layer.flops),
    ]),
    foot: [["total", "", "", count(parameters), count(flops)]],
  }),
)}`,
  };
}
