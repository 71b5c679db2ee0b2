/** The command line of the benchmarks. */

import { tmpdir } from "node:os";
import { parseArgs } from "node:util";
import { countOption } from "../scripts/count-option.js";
import { type BackendName, backends } from "../src/index.js";
import type { Interpreters } from "./contest/programs.js";
import { type WayName, wayNames } from "./ways.js";

export const modes = ["kernels", "limits", "steps", "small", "peers"] as const;

export type Mode = (typeof modes)[number];

export interface BenchOptions extends Interpreters {
  mode: Mode;
  backend: BackendName | "auto";
  /** Only what has this text in its name or shape; see `isWanted`. */
  shape: string;
  threads: number | undefined;
  /** The only way to convolve but tiles; undefined: whichever is the fastest. */
  way: WayName | undefined;
  /** Images in a step or an inference, instead of the usual. */
  batch: number | undefined;
  /** Where the results are saved. */
  json: string | undefined;
  /** Earlier results to compare with. */
  compare: string | undefined;
  profile: boolean;
  /** Of each side in a comparison. */
  turns: number;
}

const HELP = `npm run bench [MODE] -- [OPTIONS]

  kernels             one kernel at a time, checked against js in float64 (the default)
  limits              what the cores can do: arithmetic, the tile of products, caches, memory
  steps               inference and training steps of every net; without --shape also an epoch, peak memory, a cold start
  small               programs of many small tensors: what the engine itself costs
  peers               the same work by other libraries (npm ci --prefix bench/peers first)

  --backend NAME      all but limits: auto, ${backends().join(", ")}
                      (default: wasm; peers: wasm, or gpujs:webgpu against others on the same GPU)
  --shape TEXT        only what has TEXT in its name or shape, or one of several: "net1.conv|resnet18"
  --threads N         all but peers: threads of the wasm backend (default: as many as the machine runs at once;
                      limits, steps: one, and that many)
  --way NAME          kernels, steps: convolve by this way of the wasm backend wherever it can be, and by tiles of
                      pixels elsewhere: ${wayNames.join(", ")}
                      (default: the fastest for each)
  --batch N           steps, peers: images in a step, instead of the usual
  --json FILE         save the results
  --compare FILE      show the speed against results saved before
  --profile           steps: the time in each kernel
  --node COMMAND      peers: a Node to measure on instead of this one; torchlet runs on each that is given, the other
                      libraries on the first
  --python COMMAND    peers: a Python with PyTorch, or several; one in another root has to see this one's ${tmpdir()}
  --turns N           peers: turns of each side, of a second after a second's warming up (default: 4)

Programs of their own, which say at their beginning how they are called: bench/peers/browser.ts (kernels in Chromium),
bench/decode.ts (photographs), bench/scale (checkpoints, Redis, two machines), npm run pack:gpu (a machine with a GPU); and
of saved results bench/kernels-markdown.ts and bench/peers/markdown.ts make tables, bench/roofline-chart.ts a chart.
`;

/** Whether a name has the text that was asked for, or one of several with | between them, upper and lower case alike. */
export function isWanted(name: string, shape: string): boolean {
  return shape.split("|").some((text) => name.toLowerCase().includes(text.toLowerCase()));
}

function countOf(name: string, text: string | undefined): number | undefined {
  return text === undefined ? undefined : countOption(name, text);
}

function modeOf(positionals: string[]): Mode {
  const [name = "kernels", ...more] = positionals;
  const mode = modes.find((known) => known === name);
  if (!mode || more.length > 0) throw new Error(`expected one of ${modes.join(", ")}, got "${positionals.join(" ")}"`);
  return mode;
}

function backendOf(name = "wasm"): BackendName | "auto" {
  const backend = (["auto", ...backends()] as const).find((known) => known === name);
  if (!backend) throw new Error(`--backend: there is no "${name}"; there are auto, ${backends().join(", ")}`);
  return backend;
}

function wayOf(name: string | undefined, backend: string): WayName | undefined {
  if (name === undefined) return undefined;
  const way = wayNames.find((known) => known === name);
  if (!way) throw new Error(`--way: there is no "${name}"; there are ${wayNames.join(", ")}`);
  if (backend !== "wasm") throw new Error(`--way: only wasm has several ways to convolve, not ${backend}`);
  return way;
}

/** Who has which options, besides --shape, --json and --compare, which all of them have. */
const honoured: Record<Mode, readonly string[]> = {
  kernels: ["backend", "threads", "way"],
  limits: ["threads"],
  steps: ["backend", "threads", "way", "batch", "profile"],
  small: ["backend", "threads"],
  peers: ["backend", "batch", "node", "python", "turns"],
};

function checkHonoured(given: readonly string[], mode: Mode): void {
  for (const option of given) {
    const those = modes.filter((mode) => honoured[mode].includes(option));
    if (those.length > 0 && !those.includes(mode)) {
      throw new Error(`--${option} is for ${those.join(", ")}, not for ${mode}`);
    }
  }
}

/** @throws Error naming the option that cannot be honoured */
export function readOptions(): BenchOptions {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      backend: text,
      shape: text,
      threads: text,
      way: text,
      batch: text,
      json: text,
      compare: text,
      profile: flag,
      node: { type: "string", multiple: true },
      python: { type: "string", multiple: true },
      turns: text,
      help: flag,
    },
  });
  if (values.help) {
    console.log(HELP);
    process.exit(0);
  }
  const mode = modeOf(positionals);
  const { profile = false, json, compare, shape = "", node, python: pythons = [] } = values;
  checkHonoured(Object.keys(values), mode);
  const { turns = 4, nodes = [process.execPath] } = { turns: countOf("turns", values.turns), nodes: node };
  const threads = countOf("threads", values.threads);
  const batch = countOf("batch", values.batch);
  const backend = backendOf(values.backend);
  const way = wayOf(values.way, backend);
  if (mode === "peers" && backend !== "wasm" && backend !== "gpujs:webgpu") {
    throw new Error(`--backend: peers are measured beside wasm and gpujs:webgpu, not ${backend}`);
  }
  return {
    mode,
    backend,
    shape,
    threads,
    way,
    batch,
    json,
    compare,
    profile,
    turns,
    nodes,
    pythons,
  };
}
