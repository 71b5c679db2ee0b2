/** keepTogether: divides once more what was divided by chance, so that photographs that are the same one stay together. */

import type { Generator } from "../tensor/random.js";

/** What a photograph is for. */
export type Role = "train" | "validation" | "test";

/** Photographs of each class. */
type Counts = Map<number, number>;

/** Whether there are as many of each class as there are in `others`, and `spare` more. */
function contains(counts: Counts, others: Counts, spare = 0): boolean {
  return [...others].every(([label, n]) => n + spare <= (counts.get(label) ?? 0));
}

/**
 * Gives each role as many photographs of each class as it has, or a few less, in whole groups: first those that it has
 * already, in a random order, then others. Where no group of a class is small enough, the smallest is given; and where
 * that would leave none of the class to train on, the class is divided as it was.
 * @param roles of each photograph
 * @param labels of each photograph
 * @param groups of photographs that are the same one
 * @returns the role of each photograph from now on
 */
export function keepTogether(
  roles: readonly Role[],
  labels: ArrayLike<number>,
  groups: readonly (readonly number[])[],
  generator: Generator,
): Role[] {
  const order = [...generator.permutation(roles.length)];
  const result: Role[] = roles.map(() => "train");
  const groupOf = new Map(groups.flatMap((group) => group.map((i) => [i, group])));
  const isFree = (i: number) => result[i] === "train";
  const freeWith = (i: number) => groupOf.get(i)?.filter(isFree) ?? [i];
  const countsOf = (indices: readonly number[]) => {
    const counts: Counts = new Map();
    for (const i of indices) counts.set(labels[i], (counts.get(labels[i]) ?? 0) + 1);
    return counts;
  };

  for (const role of ["test", "validation"] as const) {
    const drawn = order.filter((i) => roles[i] === role);
    const wanted = countsOf(drawn);
    const room = new Map(wanted);
    for (const i of [...drawn, ...order]) {
      if (!isFree(i)) continue;
      const group = freeWith(i);
      const counts = countsOf(group);
      if (!contains(room, counts)) continue;
      for (const j of group) result[j] = role;
      for (const [label, n] of counts) room.set(label, room.get(label)! - n);
    }
    for (const [label, n] of wanted) {
      if (room.get(label) !== n) continue;
      const learning = countsOf(order.filter(isFree));
      const possible = order
        .filter((i) => isFree(i) && labels[i] === label)
        .map(freeWith)
        .filter((group) => contains(learning, countsOf(group), 1));
      const [smallest] = possible.sort((a, b) => a.length - b.length);
      for (const i of smallest ?? drawn.filter((i) => isFree(i) && labels[i] === label)) result[i] = role;
    }
  }
  return result;
}
