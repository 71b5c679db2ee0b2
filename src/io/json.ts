/** parseJson and checkJson: JSON that is checked when it is read. */

import * as v from "valibot";
import { FileError } from "../file-error.js";

/** How much is shown of a value that is wrong. */
const SHOWN = 40;

/**
 * What a text holds.
 * @param path of the file that the text is from
 * @param part which part of the file it is, for messages: "line 3"
 * @throws FileError naming the field that is not as it should be
 */
export function parseJson<T>(text: string, path: string, schema: v.GenericSchema<T>, part?: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new FileError(path, within([part, (error as Error).message]), { cause: error });
  }
  return checkJson(value, path, schema, part);
}

/** The same for a value that is no text any more. */
export function checkJson<T>(value: unknown, path: string, schema: v.GenericSchema<T>, part?: string): T {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new FileError(path, within([part, v.getDotPath(issue), `${problemOf(issue)}: was it edited?`]));
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
