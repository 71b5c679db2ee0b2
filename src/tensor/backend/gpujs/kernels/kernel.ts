/** What a kernel sees, as types: kernels are TypeScript here, and source text by the time GPU.js compiles them. */

/**
 * `this` of a kernel. A thread computes one number of the result, at row z · height + y and column x: threads come in
 * three dimensions because no single one reaches beyond 65,535 groups, or 2^24 exactly. The constants are sizes, folded
 * into the source when the kernel is compiled for them.
 */
export interface Kernel<Constant extends string = never, Table extends string = never> {
  readonly thread: { readonly x: number; readonly y: number; readonly z: number };
  readonly constants: { readonly [Name in Constant | "height"]: number } & {
    readonly [Name in Table]: readonly number[];
  };
}

/** A storage read as rows and columns, whatever the shape of its tensor: x[row][column]. */
export type Matrix = readonly (readonly number[])[];
