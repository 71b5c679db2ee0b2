/** optionOf: a flag whose value is checked when the command line is read. */

import { Option } from "commander";
import * as v from "valibot";
import type { Kind } from "../run/option-kinds.js";

/** A flag that takes a value of this kind: of another, the error names the flag, what it expects, and what it got. */
export function optionOf<T>(flag: string, { schema, placeholder, fromText }: Kind<T>, description: string): Option {
  return new Option(`${flag} <${placeholder}>`, description).argParser((text: string) => {
    const { success, output, issues } = v.safeParse(schema, fromText(text));
    if (success) return output;
    throw new Error(`${flag}: ${issues[0].message}, got ${JSON.stringify(text)}`);
  });
}
