/** readJson and checkValue: what a text of JSON is by a schema, or what is wrong with it. */

// What checks is a package. This file imports nothing that a page has anyway, and so comes in a piece of its own when a
// program first reads a checkpoint.
import * as v from "valibot";
import type { Checked } from "./checked.js";

/** How much is shown of a value that is wrong. */
const SHOWN = 40;

/**
 * What a text holds.
 * @param part which part of the file it is, for messages: "line 3"
 */
export function readJson<T>(text: string, schema: v.GenericSchema<T>, part?: string): Checked<T> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { problem: within([part, "not JSON", (error as Error).message]), cause: error };
  }
  return checkValue(value, schema, part);
}

/** The same for a value that is no text any more. */
export function checkValue<T>(value: unknown, schema: v.GenericSchema<T>, part?: string): Checked<T> {
  const result = v.safeParse(schema, value);
  if (result.success) return { output: result.output };
  const [issue] = result.issues;
  return { problem: within([part, v.getDotPath(issue), `${problemOf(issue)}: was it edited?`]) };
}

function problemOf({ expected, input, message }: v.BaseIssue<unknown>): string {
  if (expected === "never") return "there is no such field";
  const got = JSON.stringify(input)?.slice(0, SHOWN);
  if (got === undefined) return "missing";
  return `${expected === null ? message : `expected ${expected}`}, got ${got}`;
}

function within(parts: readonly (string | null | undefined)[]): string {
  return parts.filter(Boolean).join(": ");
}
