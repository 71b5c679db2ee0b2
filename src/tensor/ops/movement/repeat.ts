/** repeat: copies of the whole, side by side. */

import { checkArgument, listOf, refuseMore, wholeFrom } from "../../arguments.js";
import { scope } from "../../scope.js";
import { formatShape, ShapeError } from "../../shape.js";
import { checkTensor, type Tensor } from "../../tensor.js";
import { expand } from "../sum.js";
import { reshape } from "./reshape.js";

const someRepeats = listOf("a list of how often, one for each axis", wholeFrom(0));

/**
 * x, `repeats[d]` times along axis d; more numbers than axes add axes in front.
 * @param repeats how often along each axis of the result
 * @throws ShapeError when there are fewer numbers than axes
 */
export function repeat(x: Tensor, repeats: readonly number[], ...more: never[]): Tensor {
  checkTensor("repeat", "x", x);
  checkArgument("repeat", "repeats", repeats, someRepeats);
  refuseMore("repeat(x, repeats)", more);
  const missing = repeats.length - x.shape.length;
  if (missing < 0) {
    throw new ShapeError(
      `repeat: ${repeats.length} numbers for the axes of ${formatShape(x.shape)}; give one for each`,
    );
  }
  const shape = [...new Array<number>(missing).fill(1), ...x.shape];
  return scope(() => {
    const apart = reshape(
      x,
      shape.flatMap((n) => [1, n]),
    );
    const copies = expand(
      apart,
      shape.flatMap((n, d) => [repeats[d], n]),
    );
    return reshape(
      copies,
      shape.map((n, d) => repeats[d] * n),
    );
  });
}
