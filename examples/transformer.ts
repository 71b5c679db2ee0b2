/** A small transformer learns to add, from sums written as text: `npx tsx examples/transformer.ts`. */

import { parseArgs } from "node:util";
import {
  AdamW,
  CosineWarmupLR,
  clipGradNorm,
  crossEntropy,
  Embedding,
  Generator,
  LayerNorm,
  Linear,
  Module,
  manualSeed,
  noGrad,
  type Tensor,
  TransformerEncoderLayer,
  useBackend,
} from "../src/index.js";
import { numberOption } from "./number-option.js";

const { values } = parseArgs({
  options: {
    steps: { type: "string", default: "2000" },
    batch: { type: "string", default: "128" },
    seed: { type: "string", default: "1" },
  },
});
const steps = numberOption("steps", values.steps, 1, true);
const batch = numberOption("batch", values.batch, 1, true);
const seed = numberOption("seed", values.seed, 0, true);

// A sum is a line of text, "047+385=2340": three digits, three digits, and the answer from its last digit to its first,
// the order in which one carries.
const alphabet = "0123456789+=";
const promptLength = 8;
const answerLength = 4;
const reversed = (text: string) => [...text].reverse().join("");
const write = (a: number, b: number) =>
  `${String(a).padStart(3, "0")}+${String(b).padStart(3, "0")}=${reversed(String(a + b).padStart(answerLength, "0"))}`;
const read = (text: string) => Number(reversed(text.slice(promptLength)));
const encode = (text: string) => [...text].map((letter) => alphabet.indexOf(letter));

/** Of every fifteen pairs of numbers, one is never trained on: the sums of the test. */
const isTest = (a: number, b: number) => (7 * a + 13 * b) % 15 === 0;

function drawSums(n: number, generator: Generator, test: boolean): string[] {
  const sums: string[] = [];
  while (sums.length < n) {
    const [a, b] = [generator.int(1000), generator.int(1000)];
    if (isTest(a, b) === test) sums.push(write(a, b));
  }
  return sums;
}

/** What comes next, for each letter of each line: letters and places as vectors, blocks of attention, a score of each letter. */
class Transformer extends Module<[ids: number[][]]> {
  readonly letters: Embedding;
  readonly places: Embedding;
  readonly blocks: TransformerEncoderLayer[];
  readonly norm: LayerNorm;
  readonly head: Linear;

  constructor(width: number, depth: number, heads: number) {
    super();
    this.letters = new Embedding(alphabet.length, width);
    this.places = new Embedding(promptLength + answerLength, width);
    const options = {
      dimFeedforward: 4 * width,
      dropout: 0,
      activation: "gelu",
      batchFirst: true,
      normFirst: true,
    } as const;
    this.blocks = Array.from({ length: depth }, () => new TransformerEncoderLayer(width, heads, options));
    this.norm = new LayerNorm(width);
    this.head = new Linear(width, alphabet.length);
  }

  /** N lines of L ids to [N, L, letters]. */
  forward(ids: number[][]): Tensor {
    const places = this.places.forward(ids[0].map((_, place) => place));
    let x = this.letters.forward(ids).add(places);
    for (const block of this.blocks) x = block.forward(x, { isCausal: true });
    return this.head.forward(this.norm.forward(x));
  }
}

const backend = await useBackend("auto");
manualSeed(seed);
const model = new Transformer(64, 2, 4);
const optimizer = new AdamW(model.parameters(), { lr: 2e-3, weightDecay: 0.01 });
const schedule = new CosineWarmupLR(optimizer, { steps, warmupSteps: Math.round(steps / 20) });
const sums = new Generator(seed);

/** The answers' letters, each scored by what stands before it. */
function answerLoss(lines: string[]): Tensor {
  const ids = lines.map(encode);
  const scores = model.forward(ids.map((line) => line.slice(0, -1)));
  const answers = scores.slice(1, promptLength - 1, promptLength - 1 + answerLength);
  const labels = ids.flatMap((line) => line.slice(promptLength));
  return crossEntropy(answers.reshape([labels.length, alphabet.length]), labels);
}

/** Writes on, the likeliest letter each time. */
async function complete(prompts: string[]): Promise<string[]> {
  let texts = prompts;
  for (let i = 0; i < answerLength; i++) {
    const next = await noGrad(() => model.forward(texts.map(encode)).argMax(2)).data();
    const length = texts[0].length;
    texts = texts.map((text, n) => text + alphabet[next[n * length + length - 1]]);
  }
  return texts;
}

console.log(`${model.parameters().reduce((sum, { size }) => sum + size, 0)} numbers to learn, on ${backend}`);
const start = performance.now();
for (let step = 1; step <= steps; step++) {
  optimizer.zeroGrad();
  const loss = answerLoss(drawSums(batch, sums, false));
  loss.backward();
  clipGradNorm(model.parameters(), 1);
  optimizer.step();
  schedule.step();
  if (step % 250 === 0) {
    console.log(
      `step ${step}: loss ${(await loss.item()).toFixed(4)}, ${((performance.now() - start) / step).toFixed(1)} ms a step`,
    );
  }
}

model.eval();
const tests = drawSums(1000, new Generator(seed + 1), true);
const answers = await complete(tests.map((line) => line.slice(0, promptLength)));
const right = answers.filter((answer, i) => answer === tests[i]).length;
for (const answer of answers.slice(0, 5))
  console.log(`${answer.slice(0, 3)} + ${answer.slice(4, 7)} = ${read(answer)}`);
console.log(`${right} of ${tests.length} sums that it never saw are right`);
