/** Where the default generators stand, and putting them there again. */

import { defaultGenerator, STREAMS, type Stream } from "./random.js";

/** Where every default generator stands, by stream: also those that nobody has drawn from yet, which somebody may soon. */
export function generatorStates(): Record<Stream, number[]> {
  const states = STREAMS.map((stream) => [stream, defaultGenerator(stream).state()]);
  return Object.fromEntries(states) as Record<Stream, number[]>;
}

/** Puts default generators where `generatorStates` found them; after it, they go on as they did then. */
export function setGeneratorStates(states: Partial<Record<Stream, readonly number[]>>): void {
  for (const [stream, state] of Object.entries(states)) defaultGenerator(stream as Stream).setState(state);
}
