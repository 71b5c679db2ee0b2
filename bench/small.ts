/** `bench small`: programs of many small tensors, where time goes into the engine's bookkeeping and not into kernels. */

import { availableParallelism } from "node:os";
import {
  cat,
  crossEntropy,
  Linear,
  manualSeed,
  mul,
  noGrad,
  relu,
  Sequential,
  type Tensor,
  tensor,
} from "../src/index.js";
import { withBackend } from "../src/tensor/backend/current-backend.js";
import { createJsBackend } from "../src/tensor/backend/js/js.js";
import { chooseBackend } from "./backend.js";
import { adamFor } from "./nets.js";
import { type BenchOptions, isWanted } from "./options.js";
import { type Column, type Row, short, Table } from "./report.js";
import { elapsed, type Timing, timeWarm } from "./timing.js";

interface SmallProgram {
  name: string;
  /** Operations one after the other, or tensors that are joined; 1 where a step is one thing. */
  pieces: number;
  /** Makes what the program keeps; then it can be run, and gives numbers that show whether it was right. */
  make: () => () => Promise<ArrayLike<number>>;
}

interface SmallRow extends Row, Timing {
  pieces: number;
}

const CHAIN = 10_000;

/** As far as float32 may be from float64, relative to a number of at least 1. */
const WORST_ERROR = 1e-4;

function trainMlp(): () => Promise<number[]> {
  manualSeed(1);
  const model = new Sequential(new Linear(784, 128), relu, new Linear(128, 10));
  const optimizer = adamFor(model);
  const pixels = Float32Array.from({ length: 32 * 784 }, (_, i) => (Math.imul(i + 1, 0x9e3779b1) >>> 24) / 255);
  const images = tensor(pixels, [32, 784]);
  const labels = Int32Array.from({ length: 32 }, (_, i) => i % 10);
  return async () => {
    optimizer.zeroGrad();
    const loss = crossEntropy(model.forward(images), labels);
    loss.backward();
    optimizer.step();
    return [await loss.item()];
  };
}

/** y = step(y, x) again and again, from y = x. */
function chainOf(values: number[], step: (y: Tensor, x: Tensor) => Tensor, walksBack: boolean) {
  return () => {
    const x = tensor(values, undefined, { requiresGrad: walksBack });
    const forward = () => {
      let y = x;
      for (let i = 0; i < CHAIN; i++) y = step(y, x);
      return y.sum();
    };
    return async () => {
      if (!walksBack) return noGrad(forward).data();
      x.zeroGrad();
      forward().backward();
      return x.grad!.data();
    };
  };
}

function catOf(count: number, walksBack: boolean) {
  return () => {
    const parts = Array.from({ length: count }, (_, i) => tensor([i, -i], undefined, { requiresGrad: walksBack }));
    return async () => {
      if (!walksBack) return noGrad(() => cat(parts)).data();
      for (const part of parts) part.zeroGrad();
      const whole = cat(parts);
      mul(whole, whole).sum().backward();
      return parts[count - 1].grad!.data();
    };
  };
}

const add = (y: Tensor, x: Tensor) => y.add(x);

const programs: SmallProgram[] = [
  { name: "mlp 784-128-10, batch 32, training step", pieces: 1, make: trainMlp },
  { name: "chain of 10,000 additions", pieces: CHAIN, make: chainOf([1, 2, 3], add, false) },
  { name: "chain of 10,000 additions, and back", pieces: CHAIN, make: chainOf([1, 2, 3], add, true) },
  // Its slope is 2 to the power of 10,000 at 1: Infinity; and 0 at 0.
  { name: "y·y 10,000 times, and back", pieces: CHAIN, make: chainOf([0, 1], (y) => mul(y, y), true) },
  ...[2_000, 20_000].flatMap((count): SmallProgram[] => [
    { name: `cat of ${count.toLocaleString("en-US")}`, pieces: count, make: catOf(count, false) },
    { name: `cat of ${count.toLocaleString("en-US")}, and back`, pieces: count, make: catOf(count, true) },
  ]),
];

const columns: Column<SmallRow>[] = [
  { title: "program", width: 40, text: ({ name }) => name },
  { title: "threads", width: 7, text: ({ threads }) => String(threads) },
  { title: "cold ms", width: 8, text: ({ cold }) => short(cold) },
  { title: "warm ms", width: 8, text: ({ median }) => short(median) },
  { title: "p10 to p90", width: 14, text: ({ low, high }) => `${short(low)}-${short(high)}` },
  { title: "µs/piece", width: 8, text: ({ median, pieces }) => short((1000 * median) / pieces) },
];

/** @throws Error when the first two results are not what `js` gives in float64 */
async function checked({ name, make }: SmallProgram): Promise<{ run: () => Promise<unknown>; cold: number }> {
  const [run, reference] = [make(), withBackend(createJsBackend("float64"), make)];
  let cold = 0;
  for (const call of ["first", "second"]) {
    let got: ArrayLike<number> = [];
    const ms = await elapsed(async () => {
      got = await run();
    });
    if (call === "first") cold = ms;
    const want = Array.from(await reference());
    const isRight = (x: number, i: number) =>
      got[i] === x || Math.abs(got[i] - x) <= WORST_ERROR * Math.max(1, Math.abs(x));
    if (got.length !== want.length || !want.every(isRight)) {
      throw new Error(`${name}: the ${call} result is ${Array.from(got)}, by the js backend it is ${want}`);
    }
  }
  return { run, cold };
}

export async function benchSmall(options: BenchOptions, extra: Column<Row>[]): Promise<Row[]> {
  const wanted = programs.filter(({ name }) => isWanted(name, options.shape));
  if (wanted.length === 0) {
    throw new Error(
      `--shape: no program has "${options.shape}" in its name; there are\n  ${programs.map(({ name }) => name).join("\n  ")}`,
    );
  }
  const { backend, threads } = await chooseBackend(options, options.threads ?? availableParallelism());
  console.log(`${backend.name}: ${backend.device}`);
  const output = new Table<SmallRow>([...columns, ...extra]);
  for (const program of wanted) {
    const { run, cold } = await checked(program);
    const { name, pieces } = program;
    output.add({ name, pieces, threads, ...(await timeWarm(run, cold)) });
  }
  return output.rows;
}
