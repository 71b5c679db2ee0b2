/**
 * What the operations' tests need of vitest, where vitest itself is too large to be taken along: tests are noted down
 * when their files are loaded, and run one after another on `gpujs:webgpu`.
 */

import { JestAsymmetricMatchers, JestChaiExpect, JestExtend } from "@vitest/expect";
import { expect, use } from "chai";
import type { Accuracy } from "../../test/check-op.js";

use(JestExtend);
use(JestChaiExpect);
use(JestAsymmetricMatchers);

export { expect };

interface Task {
  meta: { accuracy?: Accuracy };
}

type Body = (context: { task: Task }) => unknown;

interface Test {
  readonly name: string;
  readonly body: Body;
}

const tests: Test[] = [];
let around = "";

export function describe(name: string, body: () => void): void {
  const outer = around;
  around = `${outer}${name}: `;
  body();
  around = outer;
}

export const it = Object.assign((name: string, body: Body): void => void tests.push({ name: around + name, body }), {
  // Tests of many rows compare what does not need a GPU: messages and shapes.
  each: () => () => {},
  skip: () => {},
});

describe.each = it.each;

/** What hooks put right again is wasm's. */
export function afterEach(): void {}

const provided = { targets: ["gpujs:webgpu"], forced: {}, mustRun: true };

export function inject<Name extends keyof typeof provided>(name: Name): (typeof provided)[Name] {
  return provided[name];
}

/** How one test went. */
export interface Outcome {
  readonly test: string;
  readonly failure?: string;
  readonly accuracy?: Accuracy;
}

/** Runs the tests that name the backend. */
export async function* outcomes(): AsyncGenerator<Outcome> {
  for (const { name, body } of tests.filter(({ name }) => name.includes(provided.targets[0]))) {
    const task: Task = { meta: {} };
    try {
      await body({ task });
      yield { test: name, accuracy: task.meta.accuracy };
    } catch (error) {
      yield { test: name, failure: String(error).slice(0, 500) };
    }
  }
}
