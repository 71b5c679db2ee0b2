/** beginStreams: what a pass over the training set draws is drawn again where the pass goes on after an interruption. */

import { generatorStates, setGeneratorStates } from "../tensor/generator-states.js";
import { defaultGenerator } from "../tensor/random.js";
import type { TrainingPosition } from "./position.js";

/**
 * An epoch that goes on draws its order and its augmentation anew: from where they came from before. A program that makes
 * its own batches makes those that were done once more, too, and may draw from any stream for them.
 * @returns what is to be called once it has: the streams that the model may draw from are where they were
 */
export function beginStreams(position: TrainingPosition, isDataset: boolean): () => void {
  const { shuffle: _, augmentation: __, ...others } = generatorStates();
  if (position.streams) setGeneratorStates(position.streams);
  const stateOf = (stream: "shuffle" | "augmentation" | "sample") => defaultGenerator(stream).state();
  position.streams = { shuffle: stateOf("shuffle"), augmentation: stateOf("augmentation") };
  if (!isDataset) position.streams.sample = stateOf("sample");
  return () => setGeneratorStates(others);
}
