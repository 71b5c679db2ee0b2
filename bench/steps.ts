/** `bench steps`: inference and training steps of every net. */

import { availableParallelism } from "node:os";
import { manualSeed, nllLoss } from "../src/index.js";
import { withBackend } from "../src/tensor/backend/current-backend.js";
import { createJsBackend } from "../src/tensor/backend/js/js.js";
import { type ChosenBackend, chooseBackend } from "./backend.js";
import {
  adamFor,
  forwardFlops,
  infer,
  labelsOf,
  type NetName,
  nets,
  noisyImages,
  train,
  trainingFlops,
} from "./nets.js";
import { type BenchOptions, isWanted } from "./options.js";
import { Profile } from "./profile.js";
import { type Column, type Row, short, Table } from "./report.js";
import { benchRuns } from "./runs.js";
import { elapsed, type Timing, timeWarm } from "./timing.js";

interface StepRow extends Row, Timing {
  /** The backend that ran. */
  ran: string;
  batch: number;
  gflops: number;
}

const columns: Column<StepRow>[] = [
  { title: "step", width: 28, text: ({ name }) => name },
  { title: "threads", width: 7, text: ({ threads }) => String(threads) },
  { title: "cold ms", width: 8, text: ({ cold }) => short(cold) },
  { title: "warm ms", width: 8, text: ({ median }) => short(median) },
  { title: "p10 to p90", width: 14, text: ({ low, high }) => `${short(low)}-${short(high)}` },
  { title: "ms/image", width: 8, text: ({ median, batch }) => short(median / batch) },
  { title: "images/s", width: 8, text: ({ median, batch }) => short((1000 * batch) / median) },
  { title: "GFLOP/s", width: 7, text: ({ gflops }) => short(gflops) },
];

const steps: { net: NetName; batch: number }[] = [
  { net: "net1", batch: 64 },
  { net: "net1", batch: 512 },
  { net: "net2", batch: 16 },
  { net: "fashion", batch: 128 },
  { net: "resnet18", batch: 8 },
  { net: "mobilenetv2", batch: 8 },
];

const ownBatch = (batch: number) => (Object.keys(nets) as NetName[]).map((net) => ({ net, batch }));

/** @throws Error when the loss of a new net on two images is not what `js` gives */
async function checkLoss(name: NetName): Promise<void> {
  const loss = () => {
    manualSeed(1);
    return nllLoss(nets[name].make(0.2).forward(noisyImages(2, nets[name])), [0, 1]);
  };
  const got = await loss().item();
  const want = await withBackend(createJsBackend("float64"), loss).item();
  if (!(Math.abs(got - want) <= 1e-4 * Math.abs(want))) {
    throw new Error(`${name}: the first loss is ${got}, by the js backend it is ${want}`);
  }
}

async function benchStep(net: NetName, batch: number, { backend, threads }: ChosenBackend): Promise<StepRow[]> {
  manualSeed(1);
  const model = nets[net].make(0.2);
  const images = noisyImages(batch, nets[net]);
  const labels = labelsOf(batch);
  const optimizer = adamFor(model);
  const inference = async () => {
    const output = infer(model, images);
    await output.data();
    output.dispose();
  };
  const training = () => train(model, optimizer, images, labels);
  const measured = async (kind: string, run: () => Promise<unknown>, flops: number): Promise<StepRow> => {
    const timing = await timeWarm(run, await elapsed(run));
    const gflops = (flops * batch) / timing.median / 1e6;
    return { name: `${net} batch ${batch} ${kind}`, ran: backend.name, threads, batch, gflops, ...timing };
  };
  model.eval();
  const rows = [await measured("inference", inference, forwardFlops(nets[net]))];
  model.train();
  rows.push(await measured("training", training, trainingFlops(nets[net])));
  optimizer.zeroGrad();
  images.dispose();
  return rows;
}

async function profileStep(net: NetName, batch: number, options: BenchOptions): Promise<void> {
  const chosen = await chooseBackend(options, options.threads);
  const profile = new Profile();
  const backend = profile.wrap(chosen.backend);
  manualSeed(1);
  const { model, images } = withBackend(backend, () => ({
    model: nets[net].make(0.2),
    images: noisyImages(batch, nets[net]),
  }));
  const optimizer = adamFor(model);
  const labels = labelsOf(batch);
  // Tensors made inside a step, such as dropout's masks, follow the backend of their input.
  const step = () => train(model, optimizer, images, labels);
  await timeWarm(step, 0);
  console.log(`\n${net} batch ${batch} training, ${chosen.backend.name}, threads: ${chosen.threads}`);
  await profile.measure(step, 5);
}

/** Each number of threads to measure; `undefined` where the backend has no such option. */
function threadCounts({ backend, threads }: BenchOptions): (number | undefined)[] {
  if (threads !== undefined) return [threads];
  return backend === "wasm" || backend === "auto" ? [...new Set([1, availableParallelism()])] : [undefined];
}

export async function benchSteps(options: BenchOptions, extra: Column<Row>[]): Promise<Row[]> {
  const known = options.batch === undefined ? steps : ownBatch(options.batch);
  const wanted = known.filter(({ net, batch }) => isWanted(`${net} batch ${batch}`, options.shape));
  if (wanted.length === 0) {
    const names = known.map(({ net, batch }) => `${net} batch ${batch}`).join(", ");
    throw new Error(`--shape: no step has "${options.shape}" in its name; there are ${names}`);
  }
  const output = new Table<StepRow>([...columns, ...extra]);
  for (const count of threadCounts(options)) {
    const chosen = await chooseBackend(options, count);
    console.log(`${chosen.backend.name}: ${chosen.backend.device}`);
    for (const { net, batch } of wanted) {
      await checkLoss(net);
      for (const row of await benchStep(net, batch, chosen)) output.add(row);
    }
  }
  if (options.profile) for (const { net, batch } of wanted) await profileStep(net, batch, options);
  // The rest takes minutes, and Net #1 is all it knows.
  const measuresAll = options.shape === "" && (options.backend === "auto" || options.backend === "wasm");
  const rest = measuresAll ? await benchRuns(options.threads) : [];
  return [...output.rows, ...rest];
}
