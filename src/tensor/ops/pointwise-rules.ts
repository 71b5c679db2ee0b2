/** The rules of the pointwise table by name, all of them, for those who check a backend. */

import { madeBinaryRules } from "./pointwise/binary.js";
import { madeUnaryRules } from "./pointwise/unary.js";
import * as methods from "./pointwise.js";
import * as functions from "./pointwise-more.js";

const table = { ...methods, ...functions };

/** By the names that the table exports: so a bundler keeps the rows that the program never calls, too. */
function ofTable<Rules extends object>(made: Rules): Rules {
  return Object.fromEntries(Object.entries(made).filter(([name]) => name in table)) as Rules;
}

export const unaryRules = ofTable(madeUnaryRules);
export const binaryRules = ofTable(madeBinaryRules);
