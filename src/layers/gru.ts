/** GRU: a recurrent net with a reset and an update gate. */

import { makeComplete } from "../tensor/known-names.js";
import { split } from "../tensor/ops/movement/split.js";
import { add, mul, sub } from "../tensor/ops/pointwise/arithmetic.js";
import { sigmoid, tanh } from "../tensor/ops/pointwise/smooth-activations.js";
import { scope } from "../tensor/scope.js";
import type { Tensor } from "../tensor/tensor.js";
import { Recurrent, type RecurrentOptions } from "./recurrent.js";

/**
 * For each place t of a sequence, by the gates r and z and the proposal n:
 * r = σ(W_ir·x_t + b_ir + W_hr·h + b_hr), z = σ(W_iz·x_t + b_iz + W_hz·h + b_hz),
 * n = tanh(W_in·x_t + b_in + r·(W_hn·h + b_hn)), h ← (1 − z)·n + z·h.
 * @see K. Cho et al., "Learning phrase representations using RNN encoder-decoder", EMNLP 2014, arXiv:1406.1078
 */
export class GRU extends Recurrent<[x: Tensor, hidden?: Tensor], [output: Tensor, hidden: Tensor]> {
  /**
   * @param inputSize F, how many numbers a place of the sequence has
   * @param hiddenSize H, how many the state has
   * @throws RangeError unless both are positive integers
   * @throws ArgumentError on dropout between layers where there is but one
   */
  constructor(inputSize: number, hiddenSize: number, options: RecurrentOptions = {}) {
    super("GRU", 3, inputSize, hiddenSize, options);
  }

  /**
   * [T, N, F] to the states of the last layer [T, N, H] (2H in both directions), and the last state of each net
   * [nets, N, H]; with `batchFirst`, sequences have N first.
   * @param hidden the state to begin with. Default: zeros.
   * @throws ShapeError when the sizes do not go together
   */
  forward(x: Tensor, hidden?: Tensor): [output: Tensor, hidden: Tensor] {
    return scope(() => {
      const [output, [last]] = this.walk(x, hidden === undefined ? undefined : [hidden], 1);
      return [output, last];
    });
  }

  protected override step(fromInput: Tensor, fromState: Tensor, [h]: readonly Tensor[]): Tensor[] {
    const size = h.shape[1];
    const [xr, xz, xn] = split(fromInput, size, 1);
    const [hr, hz, hn] = split(fromState, size, 1);
    const r = sigmoid(add(xr, hr));
    const z = sigmoid(add(xz, hz));
    const n = tanh(add(xn, mul(r, hn)));
    return [add(n, mul(z, sub(h, n)))];
  }
}

makeComplete(GRU);
