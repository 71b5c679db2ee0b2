/** parseSeal: the digests in a checkpoint's metadata, checked when they are read. */

import * as v from "valibot";
import type { Checked } from "../checked.js";
import { readJson } from "../json-schema.js";

const schema = v.object({ metadata: v.record(v.string(), v.string()), tensors: v.record(v.string(), v.string()) });

/** Digests by name, of the entries of the metadata and of the tensors. */
export type Seal = v.InferOutput<typeof schema>;

/** @param entry of the metadata that the text is, for messages */
export function parseSeal(text: string, entry: string): Checked<Seal> {
  return readJson(text, schema, entry);
}
