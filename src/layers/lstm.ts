/** LSTM: a recurrent net with a memory cell. */

import { ArgumentError } from "../tensor/arguments.js";
import { makeComplete } from "../tensor/known-names.js";
import { split } from "../tensor/ops/movement/split.js";
import { add, mul } from "../tensor/ops/pointwise/arithmetic.js";
import { sigmoid, tanh } from "../tensor/ops/pointwise/smooth-activations.js";
import { scope } from "../tensor/scope.js";
import { show } from "../tensor/show.js";
import type { Tensor } from "../tensor/tensor.js";
import { Recurrent, type RecurrentOptions } from "./recurrent.js";

/** The hidden state and the memory of each net, [nets, N, H] both. */
export type LSTMState = [hidden: Tensor, cell: Tensor];

/**
 * For each place t of a sequence, by the gates i, f and o and the proposal g, each W·x_t + b + W·h + b:
 * c ← σ(f)·c + σ(i)·tanh(g), h ← σ(o)·tanh(c).
 * @see S. Hochreiter and J. Schmidhuber, "Long short-term memory", Neural Computation 9, 1997
 */
export class LSTM extends Recurrent<[x: Tensor, state?: LSTMState], [output: Tensor, state: LSTMState]> {
  /**
   * @param inputSize F, how many numbers a place of the sequence has
   * @param hiddenSize H, how many the state has
   * @throws RangeError unless both are positive integers
   * @throws ArgumentError on dropout between layers where there is but one
   */
  constructor(inputSize: number, hiddenSize: number, options: RecurrentOptions = {}) {
    super("LSTM", 4, inputSize, hiddenSize, options);
  }

  /**
   * [T, N, F] to the states of the last layer [T, N, H] (2H in both directions), and the last state and memory of each net
   * [nets, N, H]; with `batchFirst`, sequences have N first.
   * @param state the hidden state and the memory to begin with. Default: zeros.
   * @throws ArgumentError unless the state is a pair
   * @throws ShapeError when the sizes do not go together
   */
  forward(x: Tensor, state?: LSTMState): [output: Tensor, state: LSTMState] {
    if (state !== undefined && !(Array.isArray(state) && state.length === 2)) {
      throw new ArgumentError(`LSTM: the state must be a pair [hidden, cell], got ${show(state)}`);
    }
    return scope(() => {
      const [output, [hidden, cell]] = this.walk(x, state, 2);
      return [output, [hidden, cell]];
    });
  }

  protected override step(fromInput: Tensor, fromState: Tensor, [, c]: readonly Tensor[]): Tensor[] {
    const [i, f, g, o] = split(add(fromInput, fromState), c.shape[1], 1);
    const memory = add(mul(sigmoid(f), c), mul(sigmoid(i), tanh(g)));
    return [mul(sigmoid(o), tanh(memory)), memory];
  }
}

makeComplete(LSTM);
