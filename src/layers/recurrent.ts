/** What GRU and LSTM have in common: layers and directions, and the walk along a sequence. */

import { ArgumentError, aBoolean, aCount, checkArgument, checkOptions, type OptionKinds } from "../tensor/arguments.js";
import { aShare, dropout as drop } from "../tensor/ops/dropout.js";
import { matmul } from "../tensor/ops/matmul.js";
import { cat, stack } from "../tensor/ops/movement/cat.js";
import { transpose } from "../tensor/ops/movement/permute.js";
import { reshape } from "../tensor/ops/movement/reshape.js";
import { slice } from "../tensor/ops/movement/slice.js";
import { add } from "../tensor/ops/pointwise/arithmetic.js";
import { aGenerator, type Generator } from "../tensor/random.js";
import { formatShape, ShapeError, sameShape } from "../tensor/shape.js";
import { checkTensor, filled, type Parameter, type Tensor } from "../tensor/tensor.js";
import { uniformParameter } from "./init.js";
import { describeOptions, Module } from "./module.js";

export interface RecurrentOptions {
  /** How many layers, one on top of the other. Default 1. */
  numLayers?: number;
  /** Learn numbers to add. Default true. */
  bias?: boolean;
  /** Sequences are [N, T, F] instead of [T, N, F]. Default false, as in PyTorch. */
  batchFirst?: boolean;
  /** Share of what goes from one layer to the next, of two or more, that is dropped in training. Default 0. */
  dropout?: number;
  /** A second net reads the sequence from its end; what both make is joined. Default false. */
  bidirectional?: boolean;
  /** Where the initial weights come from. Default: the "init" stream of `manualSeed`. */
  generator?: Generator;
}

const KINDS: OptionKinds<RecurrentOptions> = {
  numLayers: aCount,
  bias: aBoolean,
  batchFirst: aBoolean,
  dropout: aShare,
  bidirectional: aBoolean,
  generator: aGenerator,
};

/** What is handed on from one place to the next: the hidden state, and more of the same shape, [N, H] each. */
type State = readonly Tensor[];

/** A net that walks along sequences; the cell is what a step does. */
export abstract class Recurrent<Inputs extends readonly unknown[], Output> extends Module<Inputs, Output> {
  /** weight_ih_l0 [gates · H, F], weight_hh_l0 [gates · H, H], bias_ih_l0, bias_hh_l0, …, as PyTorch names them. */
  [parameter: `weight_${string}` | `bias_${string}`]: Parameter;
  readonly #name: string;
  readonly #sizes: { readonly input: number; readonly hidden: number };
  readonly #options: Required<Omit<RecurrentOptions, "generator">>;

  constructor(name: string, gates: number, inputSize: number, hiddenSize: number, options: RecurrentOptions) {
    super();
    checkArgument(name, "inputSize", inputSize, aCount);
    checkArgument(name, "hiddenSize", hiddenSize, aCount);
    checkOptions(name, options, KINDS);
    const { numLayers = 1, bias = true, batchFirst = false, dropout = 0, bidirectional = false, generator } = options;
    if (dropout > 0 && numLayers === 1) {
      throw new ArgumentError(
        `${name}: dropout is for what goes from one layer to the next, and there is one; give it numLayers of 2 or more, ` +
          "or put a Dropout behind it",
      );
    }
    this.#name = name;
    this.#sizes = { input: inputSize, hidden: hiddenSize };
    this.#options = { numLayers, bias, batchFirst, dropout, bidirectional };
    const rows = gates * hiddenSize;
    const fresh = (...shape: number[]) => uniformParameter(shape, 1 / Math.sqrt(hiddenSize), generator);
    for (const { place, layer } of this.#nets()) {
      this.#add(`weight_ih_${place}`, fresh(rows, layer === 0 ? inputSize : hiddenSize * this.#directions));
      this.#add(`weight_hh_${place}`, fresh(rows, hiddenSize));
      if (!bias) continue;
      this.#add(`bias_ih_${place}`, fresh(rows));
      this.#add(`bias_hh_${place}`, fresh(rows));
    }
    this.guardParts();
  }

  /** Defined, not set: these names depend on the options. */
  #add(name: string, parameter: Parameter): void {
    Object.defineProperty(this, name, { value: parameter, enumerable: true, configurable: true });
  }

  /** What a step makes of the state, from the gates that the input and the state ask for, [N, gates · H] each. */
  protected abstract step(fromInput: Tensor, fromState: Tensor, state: State): State;

  get #directions(): number {
    return this.#options.bidirectional ? 2 : 1;
  }

  /** Every net by the end of its parameters' names, in the order of the states. */
  #nets(): { place: string; layer: number; backwards: boolean }[] {
    return Array.from({ length: this.#options.numLayers * this.#directions }, (_, i) => {
      const layer = Math.floor(i / this.#directions);
      const backwards = i % this.#directions === 1;
      return { place: `l${layer}${backwards ? "_reverse" : ""}`, layer, backwards };
    });
  }

  #affine(x: Tensor, kind: "ih" | "hh", place: string): Tensor {
    const y = matmul(x, this[`weight_${kind}_${place}`], { transB: true });
    return this.#options.bias ? add(y, this[`bias_${kind}_${place}`]) : y;
  }

  /** What one net makes of x [T, N, F]: [T, N, H], and its last state. */
  #walked(x: Tensor, place: string, backwards: boolean, start: State): [output: Tensor, state: State] {
    const gates = this.#affine(x, "ih", place);
    const steps = x.shape[0];
    const outputs: Tensor[] = [];
    let state = start;
    for (let i = 0; i < steps; i++) {
      const t = backwards ? steps - 1 - i : i;
      const fromInput = reshape(slice(gates, 0, t, t + 1), gates.shape.slice(1));
      state = this.step(fromInput, this.#affine(state[0], "hh", place), state);
      outputs[t] = state[0];
    }
    return [stack(outputs), state];
  }

  /**
   * The output for each place of x, and the last state of each net.
   * @param given the states to begin with, [nets, N, H] each; `count` of them are zeros where there are none
   */
  protected walk(x: Tensor, given: State | undefined, count: number): [output: Tensor, states: Tensor[]] {
    const { batchFirst, numLayers, dropout } = this.#options;
    const { input, hidden } = this.#sizes;
    checkTensor(this.#name, "x", x);
    if (x.shape.length !== 3 || x.shape[2] !== input || x.shape[batchFirst ? 1 : 0] === 0) {
      const axes = batchFirst ? "N, T" : "T, N";
      throw new ShapeError(`${this.#name}: expected sequences [${axes}, ${input}], got ${formatShape(x.shape)}`);
    }
    const nets = this.#nets();
    const n = x.shape[batchFirst ? 0 : 1];
    const shape = [nets.length, n, hidden];
    const starts = given ?? Array.from({ length: count }, () => filled(shape, 0, x.backend));
    for (const start of starts) {
      checkTensor(this.#name, "the state", start);
      if (!sameShape(start.shape, shape)) {
        throw new ShapeError(
          `${this.#name}: expected a state ${formatShape(shape)} (nets, N, H), got ${formatShape(start.shape)}`,
        );
      }
    }
    let sequence = batchFirst ? transpose(x, 0, 1) : x;
    const last: State[] = [];
    for (let layer = 0; layer < numLayers; layer++) {
      if (layer > 0) sequence = drop(sequence, dropout, { training: this.training });
      const made = nets.flatMap(({ place, layer: own, backwards }, i) => {
        if (own !== layer) return [];
        const start = starts.map((state) => reshape(slice(state, 0, i, i + 1), [n, hidden]));
        const [output, state] = this.#walked(sequence, place, backwards, start);
        last.push(state);
        return [output];
      });
      sequence = made.length === 1 ? made[0] : cat(made, 2);
    }
    const states = starts.map((_, k) => stack(last.map((state) => state[k])));
    return [batchFirst ? transpose(sequence, 0, 1) : sequence, states];
  }

  protected override describe(): string {
    const { numLayers, batchFirst, dropout, bidirectional } = this.#options;
    const options = describeOptions({
      numLayers: numLayers > 1 ? numLayers : undefined,
      batchFirst: batchFirst || undefined,
      dropout: dropout || undefined,
      bidirectional: bidirectional || undefined,
    });
    return `${this.#sizes.input}, ${this.#sizes.hidden}${options && `, ${options}`}`;
  }
}
