/** recipes: options of training runs that have done well, by name. */

import type { TrainConfig } from "./config.js";

/** By what they are for. docs/results.md says how well they do, and what else was tried. */
export const recipes = {
  faces: {
    net: "net3",
    epochs: 20,
    batch: 64,
    optimizer: "adamw",
    lr: 0.002,
    weightDecay: 0.05,
    schedule: "cosine",
    warmupEpochs: 1,
    augment: { flip: 0.5, shift: 0.08, rotate: 15, crop: 0.15, brightness: 0.2, contrast: 0.2, saturation: 0.2 },
  },
} as const satisfies Record<string, Partial<TrainConfig>>;

export type RecipeName = keyof typeof recipes;
