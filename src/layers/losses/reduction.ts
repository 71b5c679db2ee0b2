/** What becomes of the losses of many examples: their mean, their sum, or nothing. */

import { type Kind, oneOf } from "../../tensor/arguments.js";

/** "mean" over what counts, "sum", or "none": one loss for each example. */
export type Reduction = "mean" | "sum" | "none";

export const aReduction: Kind<Reduction> = oneOf("mean", "sum", "none");
