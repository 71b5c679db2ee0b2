/** parseJson: JSON of a file that is checked when it is read. */

import type * as v from "valibot";
import { outputOf } from "./checked.js";
import { readJson } from "./json-schema.js";

/**
 * What a text holds.
 * @param path of the file that the text is from
 * @param part which part of the file it is, for messages: "line 3"
 * @throws FileError naming the field that is not as it should be
 */
export function parseJson<T>(text: string, path: string, schema: v.GenericSchema<T>, part?: string): T {
  return outputOf(path, readJson(text, schema, part));
}
