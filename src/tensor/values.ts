/** Values for a tensor: numbers in lists nested to any depth, laid out row by row. */

import { ArgumentError, isNumberArray } from "./arguments.js";
import type { FloatArray } from "./backend/backend.js";
import { ShapeError } from "./shape.js";
import { show } from "./show.js";

/** A number, or lists of numbers nested to any depth, or a typed array. */
export type TensorValues = number | FloatArray | Int32Array | Uint8Array | readonly TensorValues[];

/** No tensor has more axes; a list that holds itself would have infinitely many. */
const MOST_AXES = 64;

function adviceFor(value: unknown): string {
  if (value === undefined) return "";
  if (typeof value === "string" && value.trim() !== "" && !Number.isNaN(Number(value))) {
    return `; write Number(${show(value)})`;
  }
  if (typeof value === "boolean" || typeof value === "bigint") return `; write Number(${show(value)})`;
  if (Array.isArray((value as { shape?: unknown } | null)?.shape)) return "; stack(…) and cat(…) join tensors";
  return "";
}

/**
 * @param who is given them, for messages
 * @returns the numbers row by row, and the shape that the nesting gives them
 * @throws ArgumentError where something is no number, saying where it is
 * @throws ShapeError when the lists are ragged
 */
export function flatValues(values: TensorValues, who = "tensor"): { flat: ArrayLike<number>; shape: number[] } {
  if (isNumberArray(values)) return { flat: values, shape: [values.length] };
  const flat: number[] = [];
  const shape: number[] = [];
  const place: number[] = [];
  const visit = (value: unknown): void => {
    const depth = place.length;
    if (typeof value === "number") {
      if (depth !== shape.length) throw new ShapeError(`${who}: the nested lists have different depths`);
      flat.push(value);
      return;
    }
    if (!Array.isArray(value) && !isNumberArray(value)) {
      const where = depth === 0 ? "" : ` at [${place.join("][")}]`;
      throw new ArgumentError(
        `${who}: values must be numbers, or lists of numbers, got ${show(value)}${where}${adviceFor(value)}`,
      );
    }
    if (depth === MOST_AXES) throw new ShapeError(`${who}: the lists are nested ${MOST_AXES} deep or more`);
    if (depth === shape.length) {
      if (flat.length > 0) throw new ShapeError(`${who}: the nested lists have different depths`);
      shape.push(value.length);
    } else if (value.length !== shape[depth]) {
      throw new ShapeError(`${who}: the lists along axis ${depth} have ${shape[depth]} and ${value.length} elements`);
    }
    for (let i = 0; i < value.length; i++) {
      place[depth] = i;
      visit(value[i]);
    }
    place.length = depth;
  };
  visit(values);
  return { flat, shape };
}
