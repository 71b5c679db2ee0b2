/** einsum: products and sums of tensors whose axes have letters. */

import { ArgumentError, aString, checkArgument } from "../arguments.js";
import { checkSameBackend } from "../autograd.js";
import { scope } from "../scope.js";
import { formatShape, ShapeError, sizeOf } from "../shape.js";
import { show } from "../show.js";
import type { Tensor } from "../tensor.js";
import { aTensorList } from "../tensor-list.js";
import { matmul } from "./matmul.js";
import { permute } from "./movement/permute.js";
import { reshape } from "./movement/reshape.js";
import { sum } from "./sum.js";

/** A tensor and the letters of its axes. */
interface Lettered {
  readonly tensor: Tensor;
  readonly letters: string;
}

const count = (text: string, letter: string) => text.split(letter).length - 1;

/** The letters of the operands and of the result; without "->", those that occur once, in the alphabet's order. */
function parse(equation: string): { inputs: string[]; output: string } {
  const parts = equation.replaceAll(" ", "").split("->");
  const inputs = parts[0].split(",");
  const all = inputs.join("");
  const once = [...new Set(all)].filter((letter) => count(all, letter) === 1).sort();
  const output = parts[1] ?? once.join("");
  const wrong =
    parts.length > 2 ||
    ![...inputs, output].every((letters) => /^[a-zA-Z]*$/.test(letters) && new Set(letters).size === letters.length) ||
    [...output].some((letter) => !all.includes(letter));
  if (wrong) {
    throw new ArgumentError(
      `einsum: the equation must be letters as in "bij,bjk->bik", each once in an operand and those of the result among ` +
        `them, got ${show(equation)}`,
    );
  }
  return { inputs, output };
}

/** Without the axes whose letters are not wanted. */
function summed({ tensor, letters }: Lettered, wanted: string): Lettered {
  const dims = [...letters].flatMap((letter, d) => (wanted.includes(letter) ? [] : [d]));
  const left = [...letters].filter((letter) => wanted.includes(letter)).join("");
  return { tensor: dims.length === 0 ? tensor : sum(tensor, dims), letters: left };
}

/** With the axes in the order of `letters`. */
function ordered(x: Lettered, letters: string): Tensor {
  return x.letters === letters
    ? x.tensor
    : permute(
        x.tensor,
        [...letters].map((letter) => x.letters.indexOf(letter)),
      );
}

/** The product of two, as one product of matrices for each place of the axes that both have and the result keeps. */
function product(left: Lettered, right: Lettered, wanted: string, sizes: ReadonlyMap<string, number>): Lettered {
  const a = summed(left, wanted + right.letters);
  const b = summed(right, wanted + left.letters);
  const shared = [...a.letters].filter((letter) => b.letters.includes(letter));
  const batch = shared.filter((letter) => wanted.includes(letter)).join("");
  const inner = shared.filter((letter) => !wanted.includes(letter)).join("");
  const own = (x: Lettered) => [...x.letters].filter((letter) => !shared.includes(letter)).join("");
  const [m, n] = [own(a), own(b)];
  const shape = (letters: string) => Array.from(letters, (letter) => sizes.get(letter)!);
  const as3d = (x: Lettered, ...parts: string[]) =>
    reshape(
      ordered(x, parts.join("")),
      parts.map((letters) => sizeOf(shape(letters))),
    );
  const y = matmul(as3d(a, batch, m, inner), as3d(b, batch, inner, n));
  return { tensor: reshape(y, shape(batch + m + n)), letters: batch + m + n };
}

/**
 * Products of all operands, summed over the letters that the result does not have: `einsum("bij,bjk->bik", a, b)` is a
 * batch of matrix products, `einsum("ij->ji", x)` a transposition, `einsum("i,i->", x, y)` a scalar product.
 * @param equation the letters of each operand's axes, and behind "->" those of the result
 * @param operands as many tensors as the equation has before "->"
 * @throws ArgumentError when the equation is none
 * @throws ShapeError when an operand has another number of axes, or a letter two sizes
 * @see torch.einsum
 */
export function einsum(equation: string, ...operands: Tensor[]): Tensor {
  checkArgument("einsum", "equation", equation, aString);
  checkArgument("einsum", "operands", operands, aTensorList);
  const { inputs, output } = parse(equation);
  if (inputs.length !== operands.length) {
    throw new ArgumentError(`einsum: ${show(equation)} has ${inputs.length} operands, ${operands.length} are given`);
  }
  checkSameBackend("einsum", operands);
  const sizes = new Map<string, number>();
  const lettered = operands.map((tensor, i): Lettered => {
    const letters = inputs[i];
    if (letters.length !== tensor.shape.length) {
      throw new ShapeError(
        `einsum: "${letters}" has ${letters.length} axes, operand ${i} is ${formatShape(tensor.shape)}`,
      );
    }
    for (const [d, letter] of [...letters].entries()) {
      const size = sizes.get(letter) ?? tensor.shape[d];
      if (size !== tensor.shape[d]) {
        throw new ShapeError(
          `einsum: "${letter}" is ${size}, and ${tensor.shape[d]} in operand ${i} ${formatShape(tensor.shape)}`,
        );
      }
      sizes.set(letter, size);
    }
    return { tensor, letters };
  });
  return scope(() => {
    const [first, ...rest] = lettered;
    const all = rest.reduce(
      (left, right, i) => product(left, right, output + inputs.slice(i + 2).join(""), sizes),
      first,
    );
    return reshape(
      ordered(summed(all, output), output),
      Array.from(output, (letter) => sizes.get(letter)!),
    );
  });
}
