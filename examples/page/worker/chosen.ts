/** Nets and optimizers that a run does not begin with unless they are chosen. Loaded when they are, or with the rest. */

export { AdamW, Net1, SGD } from "../../../src/index.js";
