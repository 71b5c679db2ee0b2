/** Folds batch norm into the convolution before it: one step does the work of two. */

import type { Computation, Constant, Source, Step } from "./steps.js";

const isConstant = (source: Source): source is Constant => typeof source === "object";

/**
 * The convolution that gives what `norm` makes of the result of `conv`: with s = weight / √(variance + eps) for each
 * output channel, its filters are s · w and its bias is s · (b − mean) + bias.
 * @returns undefined where a part is no constant
 */
function folded(conv: Step, norm: Step): Step | undefined {
  const [x, ...filters] = conv.inputs;
  const moments = norm.inputs.slice(1);
  if (!filters.every(isConstant) || !moments.every(isConstant)) return undefined;
  const [w, b] = filters;
  const [weight, bias, mean, variance] = moments;
  const { eps } = norm.attributes as { eps: number };
  const scales = Float64Array.from(weight.values, (value, o) => value / Math.sqrt(variance.values[o] + eps));
  const size = w.values.length / scales.length;
  const newW = w.values.map((value, i) => value * scales[Math.floor(i / size)]);
  const newB = bias.values.map((value, o) => scales[o] * ((b ? b.values[o] : 0) - mean.values[o]) + value);
  const constants = [
    { ...w, name: `${w.name}.folded`, values: newW },
    { ...bias, name: `${bias.name}.folded`, values: newB },
  ];
  const inputShapes = [conv.inputShapes[0], ...constants.map(({ shape }) => shape)];
  return { ...conv, inputs: [x, ...constants], inputShapes };
}

/** The same steps, with a folded convolution in the place of each batch norm that alone reads a convolution's result. */
export function foldBatchNorms({ steps, ...rest }: Computation): Computation {
  const reads = [rest.output, ...steps.flatMap(({ inputs }) => inputs)];
  const fold = (step: Step): Step => {
    const [source] = step.inputs;
    if (step.name !== "normalize" || typeof source !== "number" || steps[source].name !== "conv2d") return step;
    // What is normalized by its own moments is normalized otherwise for each input.
    if (step.inputs.length < 5) return step;
    const isOnlyReader = reads.filter((read) => read === source).length === 1;
    return (isOnlyReader && folded(steps[source], step)) || step;
  };
  return { ...rest, steps: steps.map(fold) };
}
