/** Sizes that may depend on the batch's, found by comparing runs with batches of different sizes. */

/** scale · N + offset, N being the size of the batch. */
export class BatchSize {
  readonly scale: number;
  readonly offset: number;

  constructor(scale: number, offset: number) {
    this.scale = scale;
    this.offset = offset;
  }
}

export type Size = number | BatchSize;

/** What was found in the runs, with `BatchSize` in the place of numbers that differ between them. */
export type Merged<T> = T extends number ? Size : T extends object ? { readonly [Key in keyof T]: Merged<T[Key]> } : T;

/** @returns undefined where the numbers are no scale · N + offset */
function mergeNumbers(batches: readonly number[], values: readonly number[]): Size | undefined {
  const [first, second] = values;
  if (values.every((value) => Object.is(value, first))) return first;
  const scale = (second - first) / (batches[1] - batches[0]);
  const offset = first - scale * batches[0];
  const isLine = Number.isInteger(scale) && values.every((value, i) => value === scale * batches[i] + offset);
  return isLine ? new BatchSize(scale, offset) : undefined;
}

/**
 * The same value as it was in each of the runs, merged.
 * @param batches the batches' sizes in the runs
 * @returns undefined where the runs differ in more than numbers that are scale · N + offset
 */
export function merge<T>(batches: readonly number[], values: readonly T[]): Merged<T> | undefined {
  const [first] = values;
  if (typeof first === "number") return mergeNumbers(batches, values as readonly number[]) as Merged<T> | undefined;
  if (typeof first !== "object" || first === null) {
    return values.every((value) => value === first) ? (first as Merged<T>) : undefined;
  }
  const keys = Object.keys(first) as (keyof T)[];
  if (values.some((value) => Object.keys(value as object).length !== keys.length)) return undefined;
  const merged = keys.map(
    (key) =>
      [
        key,
        merge(
          batches,
          values.map((value) => value[key]),
        ),
      ] as const,
  );
  if (merged.some(([key, value]) => value === undefined && first[key] !== undefined)) return undefined;
  const isList = Array.isArray(first) || ArrayBuffer.isView(first);
  return (isList ? merged.map(([, value]) => value) : Object.fromEntries(merged)) as Merged<T>;
}
