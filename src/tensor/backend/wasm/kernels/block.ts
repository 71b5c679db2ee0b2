/** The work items of pointwise kernels: stretches of `BLOCK` elements, whatever the shape. */

/** Elements in a work item: a few microseconds of work. The host reads this number too. */
export const BLOCK: i32 = 16384;

/** Where item `begin` starts, in bytes. */
// @ts-ignore: decorator
@inline
export function firstByte(begin: i32): usize {
  return (<usize>(begin * BLOCK)) << 2;
}

/** Where the item before `end` stops, in bytes, `size` being the elements of all items. */
// @ts-ignore: decorator
@inline
export function stopByte(end: i32, size: i32): usize {
  return (<usize>min(end * BLOCK, size)) << 2;
}
