/** The flag that names the queue, of those that put work there, and of those that work it off. */

import type { Option } from "commander";
import * as v from "valibot";
import type { Kind } from "../run/option-kinds.js";
import { optionOf } from "./option-of.js";

const address: Kind<string> = {
  placeholder: "URL",
  schema: v.pipe(
    v.string(),
    v.check((text) => /^rediss?:\/\/./.test(text) && URL.canParse(text), "expected an address, as redis://host:6379"),
  ),
  fromText: (text) => text,
};

export function queueOption(description: string): Option {
  return optionOf("--queue", address, description);
}
