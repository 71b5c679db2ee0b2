/**
 * What bounds a training step on the GPU: `step.js NET BATCH` prints, as a JSON line, the time of a step, of that the
 * time the GPU computes in each kernel (by its own clock) and the time until the last launch is submitted.
 */

import { GPU } from "gpu.js";
import { create, globals } from "webgpu";
import { manualSeed, useBackend } from "../../src/index.js";
import { adamFor, labelsOf, type NetName, nets, noisyImages, train } from "../nets.js";
import { elapsed, median } from "../timing.js";

/** Most launches of a step that are noted. */
const LAUNCHES = 1024;

const BEGIN_AND_END = 2 * LAUNCHES;

interface Launches {
  name: string;
  launches: number;
  ms: number;
}

export interface StepReport {
  net: NetName;
  batch: number;
  /** Median of steps whose loss is read each time. */
  ms: number;
  /** A step of many that are only waited for at the end. */
  unreadMs: number;
  /** Until a step's last launch is submitted. */
  submittedMs: number;
  gpuMs: number;
  kernels: Launches[];
}

/** The names of the kernels that have been launched since the step began, while `noting`. */
const launched: string[] = [];
let noting = false;
let launching = "";
let device: GPUDevice;
let times: GPUQuerySet;

/** Has each compute pass write down when it begins and ends. */
function watch(adapter: GPUAdapter): GPUAdapter {
  const request = adapter.requestDevice.bind(adapter);
  adapter.requestDevice = async (options) => {
    device = await request({ ...options, requiredFeatures: ["timestamp-query"] });
    times = device.createQuerySet({ type: "timestamp", count: BEGIN_AND_END });
    const createEncoder = device.createCommandEncoder.bind(device);
    device.createCommandEncoder = (...args) => {
      const encoder = createEncoder(...args);
      const begin = encoder.beginComputePass.bind(encoder);
      encoder.beginComputePass = () => {
        if (!noting || launched.length === LAUNCHES) return begin();
        const at = 2 * launched.length;
        launched.push(launching);
        return begin({
          timestampWrites: { querySet: times, beginningOfPassWriteIndex: at, endOfPassWriteIndex: at + 1 },
        });
      };
      return encoder;
    };
    return device;
  };
  return adapter;
}

/** WebGPU with exact clocks, whose adapter is watched. */
function provideWatchedWebGpu(): void {
  Object.assign(globalThis, globals);
  const gpu = create(["disable-dawn-features=timestamp_quantization"]);
  const request = gpu.requestAdapter.bind(gpu);
  gpu.requestAdapter = async (...args) => {
    const adapter = await request(...args);
    return adapter && watch(adapter);
  };
  Object.defineProperty(globalThis.navigator, "gpu", { value: gpu, configurable: true });
}

/** Says which kernel it is that GPU.js launches. */
function nameLaunches(): void {
  const createKernel = GPU.prototype.createKernel as (source: string, settings: object) => object;
  GPU.prototype.createKernel = function (this: GPU, source: string, settings: { constants: Record<string, number> }) {
    const { c, o, kH, kW } = settings.constants;
    const name = `${/function (\w+)/.exec(source)?.[1]}${kW ? ` ${c ? `${c}→${o} ` : ""}${kH}×${kW}` : ""}`;
    return new Proxy(createKernel.call(this, source, settings), {
      apply(target, self, args) {
        launching = name;
        return Reflect.apply(target as () => unknown, self, args);
      },
    });
  } as typeof GPU.prototype.createKernel;
}

/** Milliseconds between each pass's beginning and end. */
async function readTimes(count: number): Promise<number[]> {
  const bytes = 16 * count;
  const resolved = device.createBuffer({ size: bytes, usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC });
  const staging = device.createBuffer({ size: bytes, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  const encoder = device.createCommandEncoder();
  encoder.resolveQuerySet(times, 0, 2 * count, resolved, 0);
  encoder.copyBufferToBuffer(resolved, 0, staging, 0, bytes);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  const stamps = new BigUint64Array(staging.getMappedRange().slice(0));
  return Array.from({ length: count }, (_, i) => Number(stamps[2 * i + 1] - stamps[2 * i]) / 1e6);
}

async function measure(net: NetName, batch: number): Promise<StepReport> {
  manualSeed(1);
  const model = nets[net].make(0.2);
  const optimizer = adamFor(model);
  const [images, labels] = [noisyImages(batch, nets[net]), labelsOf(batch)];
  const step = () => train(model, optimizer, images, labels);
  for (let i = 0; i < 3; i++) await step();

  const ms: number[] = [];
  for (let i = 0; i < 15; i++) ms.push(await elapsed(step));

  // Launches are submitted while the program waits for something else: for a turn of the event loop that comes after.
  const submit = device.queue.submit.bind(device.queue);
  let last = 0;
  device.queue.submit = (buffers) => {
    submit(buffers);
    last = performance.now();
  };
  const submitted: number[] = [];
  for (let i = 0; i < 5; i++) {
    const start = performance.now();
    const loss = step();
    await new Promise((resolve) => setImmediate(resolve));
    submitted.push(last - start);
    await loss;
  }
  device.queue.submit = submit;

  const together = 10;
  const unread = await elapsed(() => Promise.all(Array.from({ length: together }, step)));

  noting = true;
  await step();
  noting = false;
  const spent = await readTimes(launched.length);
  const kernels = new Map<string, Launches>();
  for (const [i, name] of launched.entries()) {
    const entry = kernels.get(name) ?? { name, launches: 0, ms: 0 };
    kernels.set(name, { name, launches: entry.launches + 1, ms: entry.ms + spent[i] });
  }
  return {
    ...{ net, batch, ms: median(ms), unreadMs: unread / together, submittedMs: median(submitted) },
    gpuMs: spent.reduce((sum, one) => sum + one, 0),
    kernels: [...kernels.values()].sort((a, b) => b.ms - a.ms),
  };
}

const [net, batch] = process.argv.slice(2);
provideWatchedWebGpu();
nameLaunches();
await useBackend("gpujs:webgpu");
console.log(JSON.stringify(await measure(net as NetName, Number(batch))));
process.exit();
