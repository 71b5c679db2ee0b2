/** The net, layer by layer. */

import { summary } from "../../layers/summary.js";
import type { Examination } from "../examine.js";
import { count } from "../format.js";
import { html, table } from "../html.js";
import type { Section } from "../page.js";

export function netSection({ model, run }: Examination): Section {
  const { size } = run.config;
  const { layers, parameters, flops } = summary(model, [1, 3, size, size]);
  const number = (n: number) => (n === 0 ? "" : count(n));
  const rows = layers.map((layer) => [
    layer.name,
    layer.title,
    layer.outShape.slice(1).join("×"),
    number(layer.parameters),
    number(layer.flops),
  ]);
  return {
    id: "net",
    title: "The net",
    charts: [],
    body: html`<p>For one photograph: ${count(parameters)} parameters and ${(flops / 1e6).toFixed(1)} million floating-point
operations (multiplications and additions of convolutions and matrix products).</p>
${table(["", "layer", "output", "parameters", "FLOPs"], [...rows, ["", "total", "", count(parameters), count(flops)]])}`,
  };
}
