/** A regression on a table: tomorrow's highest temperature from today's weather. `npx tsx examples/weather.ts`. */

import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import {
  AdamW,
  CosineWarmupLR,
  fit,
  Linear,
  loadCsv,
  manualSeed,
  meanAbsoluteError,
  mseLoss,
  noGrad,
  relu,
  rootMeanSquaredError,
  Sequential,
  TensorDataset,
  tensor,
  useBackend,
} from "../src/index.js";
import { numberOption } from "./number-option.js";

const { values } = parseArgs({
  options: {
    data: { type: "string", default: "/usr/lib/python3/dist-packages/vega_datasets/_data/seattle-weather.csv" },
    epochs: { type: "string", default: "60" },
    seed: { type: "string", default: "1" },
  },
});
const epochs = numberOption("epochs", values.epochs, 1, true);
const seed = numberOption("seed", values.seed, 0, true);
if (!existsSync(values.data)) {
  throw new Error(
    `there is no ${values.data}: on Debian, apt-get install python3-vega-datasets; elsewhere, download seattle-weather.csv ` +
      "(github.com/vega/vega-datasets) and give it as --data FILE",
  );
}

// Small tensors: on a device the way there and back would take longer than the work.
await useBackend("wasm", { threads: 1 });

// A day is described by its place in the year, and the weather of it and of the two days before.
const table = await loadCsv(values.data);
const measures = ["precipitation", "temp_max", "temp_min", "wind"];
const { data: weather } = table.numbers(measures);
const dates = table.texts("date").map((text) => new Date(text.replaceAll("/", "-")));
const highest = table.numbers(["temp_max"]).data;

function describeDay(day: number): number[] {
  const angle = (2 * Math.PI * (dates[day].getTime() / 86_400_000)) / 365.25;
  return [
    Math.sin(angle),
    Math.cos(angle),
    ...weather.subarray((day - 2) * measures.length, (day + 1) * measures.length),
  ];
}

// The last year is for the test: days drawn at random would have neighbours, almost alike, among those trained on.
const days = Array.from({ length: table.length - 3 }, (_, i) => i + 2);
const lastYear = dates[dates.length - 1].getUTCFullYear();
const trainDays = days.filter((day) => dates[day + 1].getUTCFullYear() < lastYear);
const testDays = days.filter((day) => dates[day + 1].getUTCFullYear() === lastYear);
const inputsOf = (of: readonly number[]) => tensor(of.map(describeDay));
const targetsOf = (of: readonly number[]) => tensor(of.map((day) => [highest[day + 1]]));

// Inputs and targets get mean 0 and deviation 1, by what they are on the days trained on.
const inputs = inputsOf(trainDays);
const [mean, deviation] = [inputs.mean(0), inputs.variance(0).sqrt()];
const targets = targetsOf(trainDays);
const [center, spread] = [await targets.mean().item(), Math.sqrt(await targets.variance().item())];
const scaled = (of: readonly number[]) => inputsOf(of).sub(mean).div(deviation);
const train = new TensorDataset({ inputs: scaled(trainDays), targets: targets.sub(center).div(spread) });

async function forecast(model: Sequential): Promise<Float32Array> {
  const batchSize = 32;
  const optimizer = new AdamW(model.parameters(), { lr: 3e-3, weightDecay: 0.01 });
  const schedule = new CosineWarmupLR(optimizer, { steps: epochs * Math.ceil(train.length / batchSize) });
  await fit(model, { optimizer, train, epochs, batchSize, loss: mseLoss, schedule, scheduleEvery: "step" });
  model.eval();
  return noGrad(() => model.forward(scaled(testDays)).mul(spread).add(center)).data();
}

const wanted = testDays.map((day) => highest[day + 1]);

/** How far off a forecast is, in °C. */
function describeErrors(name: string, forecasts: ArrayLike<number>): string {
  const mae = meanAbsoluteError(forecasts, wanted).toFixed(2);
  const rmse = rootMeanSquaredError(forecasts, wanted).toFixed(2);
  return `${name.padEnd(24)} mean error ${mae} °C, root of the mean square ${rmse} °C`;
}

manualSeed(seed);
const features = train.inputShape[0];
const net = () => new Sequential(new Linear(features, 32), relu, new Linear(32, 1));
console.log(`${trainDays.length} days to learn from, ${testDays.length} days of ${lastYear} to forecast`);
console.log(
  describeErrors(
    "as it was today",
    testDays.map((day) => highest[day]),
  ),
);
console.log(describeErrors("a linear model", await forecast(new Sequential(new Linear(features, 1)))));
console.log(describeErrors("a net, 32 in the middle", await forecast(net())));
