/** A promise of a tensor's numbers is no number, and no list. */

import { expect, it } from "vitest";
import { ArgumentError, tensor } from "../../src/index.js";

const x = tensor([2]);

/** Calls something as JavaScript does: with whatever. */
// biome-ignore lint/suspicious/noExplicitAny: what JavaScript hands over has no type
const js = (value: unknown): any => value;

it.each<[what: string, use: () => unknown]>([
  ["added to a number", () => 1 + js(x.item())],
  ["added to another", () => js(x.item()) + js(x.item())],
  ["compared", () => js(x.item()) < 3],
  ["a number", () => Number(x.item())],
  ["in a text", () => `loss ${x.item()}`],
])("item() that nobody awaits is not %s", (_what, use) => {
  expect(use).toThrow(new ArgumentError("x.item() is a promise: write await x.item()"));
});

it.each<[what: string, use: () => unknown]>([
  ["read at a place", () => js(x.data())[0]],
  ["counted", () => js(x.data()).length],
  ["in a text", () => `${x.data()}`],
])("data() that nobody awaits is not %s", (_what, use) => {
  expect(use).toThrow(new ArgumentError("x.data() is a promise: write await x.data()"));
});

it("is a promise like any other", async () => {
  expect(await x.item()).toBe(2);
  expect(await Promise.all([x.item(), x.data()])).toEqual([2, Float32Array.of(2)]);
  expect(await x.item().then((value) => value + 1)).toBe(3);
  await expect(tensor([1, 2]).item()).rejects.toThrow("item: expected one element");
  expect(Object.keys(x.data())).toEqual([]);
});
