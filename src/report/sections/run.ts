/** The run: its options, machine and time, and how to repeat it. */

import { asArgument, duration } from "../../text.js";
import { facts, folded } from "../blocks.js";
import type { Examination } from "../examine.js";
import { html } from "../html.js";
import type { Section } from "../page.js";

export function runSection({ run, folder, epochs, seconds, sessions }: Examination): Section {
  const given = Object.entries(run.config).filter(([, value]) => value !== undefined);
  const options = given.map(([name, value]) => html`<div><dt>${name}</dt><dd>${JSON.stringify(value)}</dd></div>\n`);
  const machines = sessions.map(({ started, torchlet, node, platform, cpu, cores, memoryGiB, backend, device }) =>
    facts([
      { name: "started (UTC)", value: started.slice(0, 16).replace("T", " ") },
      { name: "software", value: `torchlet ${torchlet}, Node ${node}, ${platform}` },
      { name: "machine", value: `${cpu}, ${cores} cores, ${memoryGiB} GiB` },
      { name: "backend", value: `${backend}: ${device}` },
    ]),
  );
  const speed = epochs.reduce((sum, { imagesPerSecond }) => sum + imagesPerSecond, 0) / epochs.length;
  return {
    id: "run",
    title: "The run, and how to repeat it",
    charts: [],
    body: html`<p>${epochs.length} of ${run.config.epochs} epochs took ${duration(seconds)}, ${duration(seconds / epochs.length)} each with their
evaluation; training itself went at ${Math.round(speed)} photographs a second.</p>
<pre>npx torchlet train --config ${asArgument(`${run.path}/config.json`)} --out ANOTHER-FOLDER
npx torchlet report ${asArgument(run.path)} --data ${asArgument(folder)}</pre>
<p>The seed is ${run.config.seed}: with the same photographs, version and options, the numbers are the same, on any number
of threads.</p>
<h3>Where it ran</h3>
${machines}
${folded("Options", html`<h3>Options</h3>\n<dl class="options">${options}</dl>`)}`,
  };
}
