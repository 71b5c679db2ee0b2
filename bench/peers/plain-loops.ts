/** No library: a step of a net of two linear layers as loops over arrays, the way one writes it by hand. */

import { type Inputs, type Prepared, serve, type Task, type Values } from "../contest/protocol.js";

const [LR, WEIGHT_DECAY, BETA1, BETA2, EPS] = [1e-3, 1e-3, 0.9, 0.999, 1e-8];

/** A matrix [outputs, inputs] with its bias, their gradients and Adam's moments. */
class Layer {
  readonly outputs: number;
  readonly inputs: number;
  readonly weight: Float32Array;
  readonly bias: Float32Array;
  readonly weightGrad: Float32Array;
  readonly biasGrad: Float32Array;
  readonly #moments = new Map<Float32Array, [m: Float32Array, v: Float32Array]>();
  #steps = 0;

  constructor(weight: Values, bias: Values) {
    [this.outputs, this.inputs] = weight.shape;
    this.weight = weight.values.slice();
    this.bias = bias.values.slice();
    this.weightGrad = new Float32Array(this.weight.length);
    this.biasGrad = new Float32Array(this.bias.length);
  }

  forward(x: Float32Array, n: number): Float32Array {
    const { inputs, outputs, weight, bias } = this;
    const y = new Float32Array(n * outputs);
    for (let i = 0; i < n; i++) {
      for (let o = 0; o < outputs; o++) {
        let sum = bias[o];
        for (let k = 0; k < inputs; k++) sum += x[i * inputs + k] * weight[o * inputs + k];
        y[i * outputs + o] = sum;
      }
    }
    return y;
  }

  /** Of the loss by the weights, from the one by the outputs. */
  backward(x: Float32Array, g: Float32Array, n: number): void {
    const { inputs, outputs, weightGrad, biasGrad } = this;
    weightGrad.fill(0);
    biasGrad.fill(0);
    for (let i = 0; i < n; i++) {
      for (let o = 0; o < outputs; o++) {
        const slope = g[i * outputs + o];
        biasGrad[o] += slope;
        for (let k = 0; k < inputs; k++) weightGrad[o * inputs + k] += slope * x[i * inputs + k];
      }
    }
  }

  inputGrad(g: Float32Array, n: number): Float32Array {
    const { inputs, outputs, weight } = this;
    const gx = new Float32Array(n * inputs);
    for (let i = 0; i < n; i++) {
      for (let o = 0; o < outputs; o++) {
        const slope = g[i * outputs + o];
        for (let k = 0; k < inputs; k++) gx[i * inputs + k] += slope * weight[o * inputs + k];
      }
    }
    return gx;
  }

  step(): void {
    this.#steps++;
    this.#adam(this.weight, this.weightGrad);
    this.#adam(this.bias, this.biasGrad);
  }

  #adam(values: Float32Array, grads: Float32Array): void {
    const fresh = (): [Float32Array, Float32Array] => [
      new Float32Array(values.length),
      new Float32Array(values.length),
    ];
    const [m, v] = this.#moments.get(values) ?? fresh();
    this.#moments.set(values, [m, v]);
    const rate = LR / (1 - BETA1 ** this.#steps);
    const correction = 1 - BETA2 ** this.#steps;
    for (let i = 0; i < values.length; i++) {
      const g = grads[i] + WEIGHT_DECAY * values[i];
      m[i] = BETA1 * m[i] + (1 - BETA1) * g;
      v[i] = BETA2 * v[i] + (1 - BETA2) * g * g;
      values[i] -= (rate * m[i]) / (Math.sqrt(v[i] / correction) + EPS);
    }
  }
}

/** The loss, and in place of the scores its gradient by them. */
function crossEntropy(scores: Float32Array, labels: Float32Array): number {
  const classes = scores.length / labels.length;
  let loss = 0;
  labels.forEach((label, i) => {
    const row = scores.subarray(i * classes, (i + 1) * classes);
    const largest = Math.max(...row);
    let total = 0;
    for (const score of row) total += Math.exp(score - largest);
    loss -= row[label] - largest - Math.log(total);
    for (let c = 0; c < classes; c++) {
      row[c] = (Math.exp(row[c] - largest) / total - (c === label ? 1 : 0)) / labels.length;
    }
  });
  return loss / labels.length;
}

function stepOf({ images, labels, ...weights }: Inputs): () => number {
  const [first, last] = [1, 3].map((i) => new Layer(weights[`${i}.weight`], weights[`${i}.bias`]));
  const n = labels.values.length;
  return () => {
    const hidden = first.forward(images.values, n).map((value) => Math.max(value, 0));
    const scores = last.forward(hidden, n);
    const loss = crossEntropy(scores, labels.values);
    last.backward(hidden, scores, n);
    const g = last.inputGrad(scores, n).map((slope, i) => (hidden[i] > 0 ? slope : 0));
    first.backward(images.values, g, n);
    first.step();
    last.step();
    return loss;
  };
}

async function prepare({ work, layers }: Task, inputs: Inputs): Promise<Prepared> {
  if (work !== "training" || layers.join(" ") !== "flatten linear relu linear logSoftmax") {
    throw new Error("plain loops train a net of two linear layers, nothing else");
  }
  const check = stepOf(inputs);
  return { result: [check(), check()], run: stepOf(inputs) };
}

await serve(prepare);
