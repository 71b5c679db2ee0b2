/** How many steps so many photographs are. */

import { expect, it } from "vitest";
import { stepsIn } from "../../src/run/steps-in.js";

it.each([
  [20, { batch: 5 }, 4],
  [18, { batch: 5 }, 4],
  [18, { batch: 5, dropLast: true }, 3],
  [18, { batch: 5, accumulate: 2 }, 2],
  [18, { batch: 5, accumulate: 3 }, 2],
  [18, { batch: 5, dropLast: true, accumulate: 3 }, 1],
  [4, { batch: 5, dropLast: true }, 0],
])("%i photographs, %j: %i", (length, options, steps) => expect(stepsIn(length, options)).toBe(steps));
