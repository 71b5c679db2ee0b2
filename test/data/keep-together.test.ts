/** keepTogether: groups on one side, and as many photographs of each class as before. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { keepTogether, type Role } from "../../src/data/keep-together.js";
import { Generator } from "../../src/tensor/random.js";

const ROLES: Record<string, Role> = { t: "train", v: "validation", x: "test" };

/** "ttvx": the role of each photograph by its first letter, x for those to test on. */
const rolesOf = (letters: string): Role[] => [...letters].map((letter) => ROLES[letter]);
const lettersOf = (roles: readonly Role[]): string =>
  roles.map((role) => Object.keys(ROLES).find((letter) => ROLES[letter] === role)).join("");

function settle(letters: string, labels: readonly number[], groups: number[][], seed = 0): string {
  return lettersOf(keepTogether(rolesOf(letters), labels, groups, new Generator(seed)));
}

const one = (letters: string) => [...letters].map(() => 0);

describe("what is the same", () => {
  it("goes to one side, and others take the places", () => {
    for (let seed = 0; seed < 20; seed++) {
      const settled = settle("ttttttttxx", one("ttttttttxx"), [[0, 9]], seed);
      expect(settled[0]).toBe(settled[9]);
      expect(settled.match(/x/g)).toHaveLength(2);
    }
    const sides = new Set(
      Array.from({ length: 20 }, (_, seed) => settle("ttttttttxx", one("ttttttttxx"), [[0, 9]], seed)[9]),
    );
    expect(sides).toEqual(new Set(["t", "x"]));
  });

  it("is of several classes, each of which keeps its share", () => {
    const labels = [0, 0, 0, 0, 1, 1, 1, 1];
    for (let seed = 0; seed < 20; seed++) {
      const settled = settle("txtttxtt", labels, [[0, 5]], seed);
      expect(settled[0]).toBe(settled[5]);
      expect([settled.slice(0, 4), settled.slice(4)].map((part) => part.match(/x/g)?.length)).toEqual([1, 1]);
    }
  });

  it("is divided into groups where nothing is alone", () => {
    const pairs = Array.from({ length: 10 }, (_, i) => [i, i + 10]);
    const settled = settle("tttttttxxxxttttttttt", new Array(20).fill(0), pairs);
    for (const [a, b] of pairs) expect(settled[a]).toBe(settled[b]);
    expect(settled.match(/x/g)).toHaveLength(4);
  });

  it("gives the smallest group where none is small enough, unless nothing would be left to train on", () => {
    const threes = settle("tttttvttt", one("tttttvttt"), [
      [0, 1, 2, 3, 4],
      [5, 6, 7, 8],
    ]);
    expect(threes).toBe("tttttvvvv");
    expect(settle("ttvt", one("ttvt"), [[0, 1, 2, 3]])).toBe("ttvt");
  });

  it("gives the smallest group of the class that wants one, whatever is smaller in others", () => {
    const labels = [0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1];
    for (let seed = 0; seed < 20; seed++) {
      const settled = settle("xtttttttttt", labels, [[0, 1, 2], [3, 4], [5, 6].concat(7)], seed);
      expect(settled).toBe("tttxxtttttt");
    }
  });

  it("divides a class that is all one group as it was, and no other class for it", () => {
    const labels = [0, 0, 0, 1, 1, 1, 1, 1, 1, 1];
    const groups = [
      [0, 1, 2],
      [3, 4, 5],
      [6, 7],
      [8, 9],
    ];
    for (let seed = 0; seed < 20; seed++) {
      const settled = settle("xttxtttttt", labels, groups, seed);
      expect(settled.slice(0, 6)).toBe("xttttt");
      expect(settled.slice(6)).toMatch(/^(xxtt|ttxx)$/);
    }
  });
});

it("what has no groups stays as it was drawn", () => {
  expect(settle("txvttvxt", [0, 1, 0, 1, 0, 1, 0, 1], [])).toBe("txvttvxt");
});

it("any division keeps groups that leave room together, and never takes more of a class than it had", () => {
  const photographs = fc.array(
    fc.record({ letter: fc.constantFrom("t", "t", "t", "v", "x"), label: fc.nat(2), group: fc.nat(30) }),
    { minLength: 30, maxLength: 60 },
  );
  fc.assert(
    fc.property(photographs, fc.nat(99), (all, seed) => {
      // Some to train on alone, of every class: so there is always something to exchange.
      const alone = [0, 1, 2].flatMap((label) => new Array(20).fill({ letter: "t", label, group: -1 }));
      const list = [...all, ...alone];
      const byGroup = new Map<number, number[]>();
      for (const [i, { group }] of all.entries()) byGroup.set(group, [...(byGroup.get(group) ?? []), i]);
      const groups = [...byGroup.values()].filter((group) => group.length > 1);
      const before = list.map(({ letter }) => letter).join("");
      const after = settle(
        before,
        list.map(({ label }) => label),
        groups,
        seed,
      );
      for (const group of groups) expect(new Set(group.map((i) => after[i])).size).toBe(1);
      for (const letter of ["v", "x"]) {
        for (const label of [0, 1, 2]) {
          const count = (letters: string) =>
            list.filter((each, i) => each.label === label && letters[i] === letter).length;
          expect(count(after)).toBe(count(before));
        }
      }
    }),
  );
});
