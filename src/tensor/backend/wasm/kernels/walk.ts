/**
 * A walk over the rows of a shape that two strided operands are read or written along.
 * `table` holds 32-bit integers: rank, shape, strides of a, strides of b (in elements).
 */

// @ts-ignore: decorator
@inline
function entry(table: usize, index: i32): i32 {
  return load<i32>(table + ((<usize>index) << 2));
}

/** Lives in a thread's scratch memory, the coordinates of all axes but the last right behind it. */
@unmanaged
export class Walk {
  /** Where the row begins in each operand. */
  a: i32;
  b: i32;
  /** Where in the row the walk begins; 0 for all rows but the first. */
  column: i32;
  private table: usize;

  @inline rank(): i32 {
    return entry(this.table, 0);
  }

  /** Elements of a row. */
  @inline length(): i32 {
    return entry(this.table, this.rank());
  }

  @inline aStep(): i32 {
    return entry(this.table, 2 * this.rank());
  }

  @inline bStep(): i32 {
    return entry(this.table, 3 * this.rank());
  }

  @inline private coordinate(axis: i32): usize {
    return changetype<usize>(this) + sizeof<usize>() * 4 + ((<usize>axis) << 2);
  }

  /** Starts at an element, counted in row-major order. */
  seek(table: usize, element: i32): void {
    this.table = table;
    this.a = 0;
    this.b = 0;
    const rank = this.rank();
    const length = this.length();
    let rest = element / length;
    this.column = element - rest * length;
    for (let axis = rank - 2; axis >= 0; axis--) {
      const size = entry(table, 1 + axis);
      const above = rest / size;
      const at = rest - above * size;
      store<i32>(this.coordinate(axis), at);
      this.a += at * entry(table, 1 + rank + axis);
      this.b += at * entry(table, 1 + 2 * rank + axis);
      rest = above;
    }
  }

  nextRow(): void {
    const table = this.table;
    const rank = this.rank();
    this.column = 0;
    for (let axis = rank - 2; axis >= 0; axis--) {
      const size = entry(table, 1 + axis);
      const at = load<i32>(this.coordinate(axis)) + 1;
      const wrapped = at == size;
      store<i32>(this.coordinate(axis), wrapped ? 0 : at);
      const steps = wrapped ? 1 - size : 1;
      this.a += steps * entry(table, 1 + rank + axis);
      this.b += steps * entry(table, 1 + 2 * rank + axis);
      if (!wrapped) return;
    }
  }
}
