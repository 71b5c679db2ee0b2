/** detectAnomaly: which operation was the first to make a number that is not finite. */

import { aFunction, checkArgument } from "./arguments.js";
import { mul } from "./ops/pointwise/arithmetic.js";
import { sum } from "./ops/sum.js";
import { noGrad, type Sync } from "./scope.js";
import { formatShape } from "./shape.js";
import type { Tensor } from "./tensor.js";
import { type Operation, observe, unobserved } from "./trace.js";

/** NaN or infinity in the result of an operation, or already in what it was given. */
export class AnomalyError extends Error {
  override name = "AnomalyError";
  /** "log", or "backward of log". */
  readonly op: string;
  /** The input that was broken before the operation read it, if that is why its result is. */
  readonly given: Tensor | undefined;

  constructor(op: string, inputs: readonly Tensor[], output: Tensor, given?: Tensor) {
    const shapes = inputs.map(({ shape }) => formatShape(shape)).join(", ");
    super(
      given
        ? `${op} was given NaN or infinity, in its input ${formatShape(given.shape)}`
        : `${op} made the first NaN or infinity: ${shapes} → ${formatShape(output.shape)}`,
    );
    this.op = op;
    this.given = given;
  }
}

/** All of a tensor in one number on its device: NaN if an element is not finite, and otherwise 0. */
function flagOf(x: Tensor): Tensor {
  return noGrad(() => sum(mul(x, 0))).keep();
}

/** Whether every element is a finite number. One number is read back. */
export async function allFinite(x: Tensor): Promise<boolean> {
  const flag = flagOf(x);
  try {
    return !Number.isNaN(await flag.item());
  } finally {
    flag.dispose();
  }
}

/**
 * Runs `fn` and looks at every result, forward and backward, and at everything else that is read: parameters, batches,
 * constants. That takes two more operations for each, so it is for finding a mistake, not for every step. Nothing is read
 * back before the end.
 * @throws AnomalyError naming the first operation with NaN or infinity in its result, or in what it was given, and the shapes
 * @see torch.autograd.detect_anomaly, which looks at gradients only
 */
export async function detectAnomaly<T>(fn: () => Sync<T>): Promise<T> {
  checkArgument("detectAnomaly", "fn", fn, aFunction);
  const suspects: { flag: Tensor; operation: ConstructorParameters<typeof AnomalyError> }[] = [];
  const seen = new Set<Tensor>();
  const look = ({ name, inputs, output }: Operation) => {
    for (const input of inputs) {
      // Batch norm makes its moments itself, and what it is given has been freed where a graph was there before.
      if (seen.has(input) || input.origin === "moments" || input.freed) continue;
      seen.add(input);
      suspects.push({ flag: flagOf(input), operation: [name, inputs, output, input] });
    }
    seen.add(output);
    suspects.push({ flag: flagOf(output), operation: [name, inputs, output] });
  };
  try {
    const result = observe<T>((operation) => unobserved(() => look(operation)), fn);
    for (const { flag, operation } of suspects) {
      if (Number.isNaN(await flag.item())) throw new AnomalyError(...operation);
    }
    return result;
  } finally {
    for (const { flag } of suspects) flag.dispose();
  }
}
