/** Checks of one operation: PyTorch's numbers, finite differences, the adjoint identity, every backend. */

/// <reference types="vite/types/importMeta.d.ts" />

import { describe, expect, it } from "vitest";
import { backward } from "../src/tensor/autograd.js";
import type { Backend, FloatArray } from "../src/tensor/backend/backend.js";
import { withBackend } from "../src/tensor/backend/current-backend.js";
import { createJsBackend } from "../src/tensor/backend/js/js.js";
import { tensor } from "../src/tensor/factories/from-values.js";
import { gradcheck } from "../src/tensor/gradcheck.js";
import { Generator } from "../src/tensor/random.js";
import { formatShape, type Shape, sizeOf } from "../src/tensor/shape.js";
import type { Tensor } from "../src/tensor/tensor.js";
import { type Target, targets } from "./targets.js";

// ---- numbers -----------------------------------------------------------------------------------

/** Numbers as the fixtures store them: what JSON cannot write is a string such as "NaN". */
type Stored = readonly (number | "NaN" | "Infinity" | "-Infinity")[];

interface StoredTensor {
  readonly shape: Shape;
  readonly values: Stored;
  readonly gradient?: Stored;
}

/** One case of test/fixtures/ops, made by scripts/fixtures/make_op_fixtures.py. */
export interface Fixture {
  readonly op: string;
  readonly note: string;
  readonly options: Record<string, unknown>;
  /** False where the gradient jumps or explodes near the inputs, so that finite differences do not apply. */
  readonly smooth: boolean;
  readonly inputs: readonly StoredTensor[];
  readonly output: StoredTensor;
  /** ∂L/∂output, absent where no gradient passes. */
  readonly cotangent?: Stored;
}

/** Below this, float32 has lost its digits or rounds to 0. */
const UNDERFLOW = 1e-37;

/**
 * Compares element by element: |actual − expected| ≤ tolerance · (|expected| + mean |expected|). The mean gives the
 * scale that sums of rounding errors have.
 * @throws AssertionError naming the element and both numbers
 */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what: string,
): void {
  expect(actual.length, `${what}: number of elements`).toBe(expected.length);
  const errors = errorsOf(actual, expected);
  const i = errors.findIndex((error) => !(error <= tolerance));
  if (i >= 0) expect.fail(`${what}: element ${i} is ${actual[i]}, expected ${expected[i]}`);
}

/** By element: |actual − expected| / (|expected| + mean |expected|), the tolerance that it just keeps within. */
function errorsOf(actual: ArrayLike<number>, expected: ArrayLike<number>): number[] {
  const finite = Array.from(expected).filter(Number.isFinite);
  const scale = finite.reduce((sum, e) => sum + Math.abs(e), 0) / Math.max(1, finite.length);
  return Array.from(expected, (e, i) => {
    if (!Number.isFinite(e)) return Object.is(actual[i], e) ? 0 : Number.POSITIVE_INFINITY;
    const difference = Math.max(0, Math.abs(actual[i] - e) - UNDERFLOW);
    return difference === 0 ? 0 : difference / (Math.abs(e) + scale);
  });
}

function numbers(stored: Stored): Float64Array {
  return Float64Array.from(stored, Number);
}

// ---- one evaluation ----------------------------------------------------------------------------

interface Sample {
  readonly shape: Shape;
  readonly values: FloatArray;
}

interface Evaluation {
  readonly shape: Shape;
  readonly output: FloatArray;
  /** By input; `null` where none arrived. */
  readonly gradients: readonly (FloatArray | null)[];
  /** Where the output and the gradients turned out to be. */
  readonly backends: readonly Backend[];
}

type Op = (...inputs: Tensor[]) => Tensor;

/** Random numbers in [-1, 1) that float32 holds exactly. */
function random(n: number, seed: number): Float64Array {
  const generator = new Generator(seed);
  return Float64Array.from({ length: n }, () => generator.uniform() * 2 - 1);
}

/** Runs `op` forward and back; without a cotangent, back from fixed random numbers. */
async function evaluate(
  op: Op,
  inputs: readonly Sample[],
  backend: Backend,
  cotangent?: FloatArray,
): Promise<Evaluation> {
  const [leaves, output] = withBackend(backend, () => {
    const leaves = inputs.map(({ shape, values }) => tensor(values, shape, { requiresGrad: true }));
    const output = op(...leaves);
    if (output.requiresGrad) backward(output, tensor(cotangent ?? random(output.size, 1), output.shape));
    return [leaves, output];
  });
  const grads = leaves.map(({ grad }) => grad);
  const read = async (t: Tensor) => (await t.data()) as FloatArray;
  return {
    shape: output.shape,
    output: await read(output),
    gradients: await Promise.all(grads.map((grad) => grad && read(grad))),
    backends: [output, ...grads].flatMap((t) => (t ? [t.backend] : [])),
  };
}

// ---- the checks --------------------------------------------------------------------------------

export interface OpCheck {
  readonly op: Op;
  /** PyTorch's numbers. Without, random inputs of these shapes are compared with the js backend in float64. */
  readonly fixture?: Fixture;
  readonly shapes?: readonly Shape[];
  /** The inputs in which `op` is linear (up to a constant) while the others stand still. */
  readonly linear?: readonly number[];
  /** How far float32 may be off: see `expectClose`. Default 1e-5. */
  readonly tolerance?: number;
  /** Where to run. Default: every backend. Those of wasm must agree to the last bit. */
  readonly on?: readonly Target[];
}

/** What the checks of one operation share; made when the first of them runs. */
interface Case {
  readonly check: OpCheck;
  readonly inputs: readonly Sample[];
  readonly cotangent?: FloatArray;
  /** PyTorch's numbers, or the reference's in float64. */
  readonly expected: Promise<Results>;
  /** The reference's in float64. */
  readonly reference: Promise<Results>;
}

type Results = Omit<Evaluation, "backends">;

/** How far one case of an operation was off on one backend: see `errorsOf`; the worst of its output and gradients. */
export interface Accuracy {
  readonly op: string;
  readonly target: string;
  readonly againstPyTorch: number;
  readonly againstFloat64: number;
}

declare module "vitest" {
  interface TaskMeta {
    /** For the table that test/accuracy-reporter.ts makes. */
    accuracy?: Accuracy;
  }
}

interface NamedCheck {
  readonly name: string;
  readonly run: () => Promise<Accuracy | undefined>;
}

/** Finite differences cost two evaluations for each number: longer inputs say nothing more. */
const GRADCHECK_LIMIT = 700;

const float64 = createJsBackend("float64");

function prepare(check: OpCheck): Case {
  const { op, fixture, shapes = [] } = check;
  if (!fixture) {
    const inputs = shapes.map((shape, i) => ({ shape, values: random(sizeOf(shape), 2 + i) }));
    const reference = evaluate(op, inputs, float64);
    return { check, inputs, expected: reference, reference };
  }
  const { output } = fixture;
  const gradients = fixture.inputs.map(({ gradient }) => (gradient ? numbers(gradient) : null));
  const inputs = fixture.inputs.map(({ shape, values }) => ({ shape, values: numbers(values) }));
  const cotangent = fixture.cotangent && numbers(fixture.cotangent);
  return {
    check,
    inputs,
    cotangent,
    reference: evaluate(op, inputs, float64, cotangent),
    expected: Promise.resolve({ shape: output.shape, output: numbers(output.values), gradients }),
  };
}

/** The largest error of the output and the gradients. */
function worst(actual: Results, expected: Results): number {
  const errors = expected.gradients.map((gradient, i) => (gradient ? errorsOf(actual.gradients[i]!, gradient) : []));
  return Math.max(...errorsOf(actual.output, expected.output), ...errors.flat());
}

async function checkBackend(shared: Case, { label, name, backend }: Target): Promise<Accuracy | undefined> {
  const { op, fixture, tolerance = 1e-5 } = shared.check;
  const expected = await shared.expected;
  const actual = await evaluate(op, shared.inputs, backend!, shared.cotangent);
  for (const ran of actual.backends) {
    expect(ran.name).toBe(name);
    expect(ran).toBe(backend);
  }
  expect(actual.shape).toEqual(expected.shape);
  expectClose(actual.output, expected.output, tolerance, "output");
  expected.gradients.forEach((gradient, i) => {
    const own = actual.gradients[i];
    expect(own !== null, `input ${i}: a gradient arrives`).toBe(gradient !== null);
    if (gradient && own) expectClose(own, gradient, tolerance, `gradient of input ${i}`);
  });
  if (!fixture) return undefined;
  const againstFloat64 = worst(actual, await shared.reference);
  return { op: fixture.op, target: label, againstPyTorch: worst(actual, expected), againstFloat64 };
}

/** Threads must not change a bit, whatever they share out. */
async function checkThreads({ check, inputs, cotangent }: Case, wasm: readonly Target[]): Promise<void> {
  const [one, ...others] = await Promise.all(
    wasm.map(({ backend }) => evaluate(check.op, inputs, backend!, cotangent)),
  );
  const differs = (a: FloatArray | null, b: FloatArray | null) => a?.findIndex((x, i) => !Object.is(x, b?.[i])) ?? -1;
  for (const other of others) {
    expect(differs(one.output, other.output), "first element of the output that differs").toBe(-1);
    one.gradients.forEach((gradient, i) => {
      expect(differs(gradient, other.gradients[i]), `first element of gradient ${i} that differs`).toBe(-1);
    });
  }
}

async function checkFiniteDifferences({ check, inputs }: Case): Promise<void> {
  const leaves = withBackend(float64, () =>
    inputs.map(({ shape, values }) => tensor(values, shape, { requiresGrad: true })),
  );
  await gradcheck(check.op, leaves);
}

/** ⟨A v, y⟩ = ⟨v, Aᵀ y⟩, A being `op` as a function of one input, and Aᵀ y that input's gradient for the cotangent y. */
async function checkAdjoint({ check, inputs }: Case, input: number): Promise<void> {
  const at = (values: FloatArray) =>
    evaluate(check.op, Object.assign([...inputs], { [input]: { ...inputs[input], values } }), float64);
  const v = random(inputs[input].values.length, 99);
  const image = await at(v);
  const constant = await at(new Float64Array(v.length));
  const y = random(image.output.length, 1);
  const dot = (a: ArrayLike<number>, b: Float64Array) => b.reduce((sum, value, i) => sum + a[i] * value, 0);
  const left = dot(image.output, y) - dot(constant.output, y);
  const right = dot(image.gradients[input]!, v);
  const scale = Math.sqrt(dot(image.output, Float64Array.from(image.output)) * dot(y, y));
  expect(Math.abs(left - right), `<A v, y> = ${left}, <v, At y> = ${right}`).toBeLessThanOrEqual(1e-10 * scale);
}

/** The checks that apply to an operation, to be run one by one. */
export function checksOf(check: OpCheck): NamedCheck[] {
  const { fixture, linear = [], on = targets } = check;
  let prepared: Case | undefined;
  const named = (name: string, run: (shared: Case) => Promise<Accuracy | undefined> | Promise<void>): NamedCheck => ({
    name,
    run: async () => {
      prepared ??= prepare(check);
      return (await run(prepared)) ?? undefined;
    },
  });
  const able = on.filter(({ backend }) => backend);
  const checks = able.map((target) =>
    named(`${target.label} against ${fixture ? "PyTorch" : "js in float64"}`, (shared) => checkBackend(shared, target)),
  );
  const wasm = able.filter(({ name }) => name === "wasm");
  if (wasm.length > 1) checks.push(named("threads", (shared) => checkThreads(shared, wasm)));
  const shapes = fixture ? fixture.inputs.map(({ shape }) => shape) : (check.shapes ?? []);
  const elements = shapes.reduce((sum, shape) => sum + sizeOf(shape), 0);
  const smooth = fixture ? fixture.smooth && fixture.cotangent !== undefined : true;
  if (smooth && elements <= GRADCHECK_LIMIT) checks.push(named("finite differences", checkFiniteDifferences));
  for (const input of linear) {
    checks.push(named(`adjoint of input ${input}`, (shared) => checkAdjoint(shared, input)));
  }
  return checks;
}

/** Registers every check of an operation as a test. */
export function checkOp(name: string, check: OpCheck): void {
  describe(name, () => {
    for (const { name, run } of checksOf(check)) {
      it(name, async ({ task }) => {
        task.meta.accuracy = await run();
      });
    }
    for (const { label, backend, reason } of check.on ?? targets)
      if (!backend) it.skip(`${label}: ${reason}`, () => {});
  });
}

// ---- fixtures ----------------------------------------------------------------------------------

export interface FixtureOp {
  /** The operation, given the fixture's options. Each op states the type of its own. */
  readonly op: (inputs: Tensor[], options: never) => Tensor;
  readonly linear?: readonly number[];
  readonly tolerance?: number;
  readonly on?: readonly Target[];
}

function titleOf({ op, note, options, inputs }: Fixture): string {
  const settings = Object.entries(options).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const parts = [inputs.map(({ shape }) => formatShape(shape)).join(" "), ...settings].join(" ");
  return `${op} ${parts}${note && ` (${note})`}`;
}

/** Vite puts them in place of the call, for Node and for a browser alike. */
const files = import.meta.glob("./fixtures/{calls,data,io,nets,ops,optim}/*.json", { eager: true, import: "default" });

/** A file of test/fixtures. */
export function readFixture<T>(path: string): T {
  return files[`./fixtures/${path}.json`] as T;
}

/** `checkOp` for every case in a file of fixtures; `ops` must name exactly the operations that the file has. */
export function checkFixtures(file: string, ops: Record<string, FixtureOp>): void {
  const fixtures = readFixture<Fixture[]>(`ops/${file}`);
  it(`has a fixture for each operation, and an operation for each fixture of ${file}`, () => {
    expect(Object.keys(ops).sort()).toEqual([...new Set(fixtures.map(({ op }) => op))].sort());
  });
  for (const fixture of fixtures) {
    const { op, linear, tolerance, on } = ops[fixture.op];
    const shared = fixture.inputs.length;
    checkOp(titleOf(fixture), {
      op: (...inputs) => op(inputs, fixture.options as never),
      fixture,
      // Operations on a list have as many inputs as the case gives them.
      linear: linear?.filter((input) => input < shared),
      tolerance,
      on,
    });
  }
}
