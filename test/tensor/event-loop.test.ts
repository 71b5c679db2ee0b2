/** A program that awaits every number lets the event loop turn now and then. */

import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { turnNowAndThen } from "../../src/tensor/backend/event-loop.js";

function compute(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end; );
}

beforeEach(async () => {
  compute(40);
  await turnNowAndThen();
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("keeps a promise at once where the last turn was a moment ago", () => {
  expect(turnNowAndThen()).toBeUndefined();
});

it("lets others have their turn after a while", async () => {
  let turned = false;
  setImmediate(() => {
    turned = true;
  });
  await Promise.resolve();
  expect(turned).toBe(false);
  compute(40);
  await turnNowAndThen();
  expect(turned).toBe(true);
});

it("does so in Node without a message, the first of which takes long, and while a test has stopped the time", async () => {
  vi.stubGlobal("MessageChannel", undefined);
  compute(40);
  vi.useFakeTimers({ toFake: ["setImmediate", "setTimeout"] });
  await turnNowAndThen();
  expect(turnNowAndThen()).toBeUndefined();
});
