/** The gate that the page's training passes after each step. */

import { expect, it } from "vitest";
import { Gate } from "../../examples/page/worker/gate.js";

/** Takes steps until the gate is closed, and counts them. */
function walk(gate: Gate) {
  const walk = { steps: 0, held: 0, over: Promise.resolve(), closed: false };
  const look = async () => {
    walk.held++;
  };
  const loop = async () => {
    while (!walk.closed) {
      await gate.pass(look);
      walk.steps++;
    }
  };
  walk.over = loop();
  return walk;
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 30));

it("lets one step through, holds, does what is asked meanwhile, and goes on", async () => {
  const gate = new Gate(false, false);
  const walked = walk(gate);
  await settled();
  expect([walked.steps, walked.held]).toEqual([0, 1]);
  const done: number[] = [];
  for (const task of [1, 2]) gate.between(async () => void done.push(task));
  await settled();
  expect([walked.steps, walked.held, done]).toEqual([0, 1, [1, 2]]);
  gate.allow(1);
  await settled();
  expect(walked.steps).toBe(1);
  gate.allow(2);
  await settled();
  expect(walked.steps).toBe(3);
  expect(gate.holds).toBe(true);
  gate.allow(Number.POSITIVE_INFINITY);
  await settled();
  expect(walked.steps).toBeGreaterThan(10);
  gate.allow(0);
  await settled();
  const { steps } = walked;
  await settled();
  expect(walked.steps).toBe(steps);
  walked.closed = true;
  gate.close();
  await walked.over;
  gate.end();
  gate.between(async () => void done.push(3));
  await settled();
  expect(done).toEqual([1, 2, 3]);
});

it("does what is asked for between two steps, not in one", async () => {
  const gate = new Gate(true, false);
  let inStep = false;
  const found: boolean[] = [];
  for (let step = 0; step < 3; step++) {
    inStep = true;
    gate.between(async () => void found.push(inStep));
    await settled();
    inStep = false;
    await gate.pass(async () => {});
  }
  expect(found).toEqual([false, false, false]);
});

it("waits a moment before each step when it is slow, and can be held meanwhile", async () => {
  const gate = new Gate(true, true);
  const walked = walk(gate);
  await settled();
  expect(walked.steps).toBe(0);
  gate.allow(0);
  await settled();
  expect([walked.steps, walked.held]).toEqual([0, 1]);
  walked.closed = true;
  gate.close();
  await walked.over;
  expect(walked.steps).toBe(1);
});
