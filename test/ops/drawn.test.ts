/** Random numbers that a backend draws itself: those of the generator, whatever the backend. */

import { describe, expect } from "vitest";
import { rand } from "../../src/tensor/factories/drawn.js";
import { Generator } from "../../src/tensor/random.js";
import { onEachBackend } from "../targets.js";

describe("uniform", () => {
  // More than two work items of a thread, neither from nor to a whole block of four.
  const SIZE = 40_003;

  for (const before of [0, 1, 3]) {
    onEachBackend(
      `is what the generator's own numbers say, to the last, ${before} words into a block`,
      async (backend) => {
        // The counter's second word is reached on the way.
        const [taken, plain] = [new Generator(0), new Generator(0)];
        for (const generator of [taken, plain]) {
          generator.setState([5, 7, 2 ** 32 - 9000, 3, 0, 0, 4]);
          for (let i = 0; i < before; i++) generator.uint32();
        }
        // Rounded once: in single precision, many a number would come out otherwise.
        const [shift, scale] = [-0.5, 2 / Math.sqrt(27)];
        const numbers = backend.uniform(SIZE, shift, scale, taken.takeNext(SIZE));
        const values = await backend.read(numbers);
        backend.free(numbers);
        const expected = Array.from({ length: SIZE }, () => Math.fround((plain.uniform() + shift) * scale));
        expect(Array.from(values)).toEqual(expected);
      },
    );
  }
});

describe("rand", () => {
  onEachBackend("goes on in the generator's stream", async () => {
    const [generator, plain] = [new Generator(4), new Generator(4)];
    const drawn = [
      rand([3], { generator }),
      rand([2, 5], { generator }),
      rand([0], { generator }),
      rand([1], { generator }),
    ];
    const values = (await Promise.all(drawn.map((x) => x.data()))).flatMap((data) => [...data]);
    expect(values).toEqual(Array.from({ length: 14 }, () => plain.uniform()));
    expect(generator.state()).toEqual(plain.state());
  });
});
