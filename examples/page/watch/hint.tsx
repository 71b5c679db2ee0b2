/** Hint: what the numbers mean at the moment. */

import { smoothed } from "../points.js";
import { accuracies, losses, step } from "./state.js";

export function Hint() {
  const accuracy = accuracies.value.at(-1)?.[1];
  const loss = smoothed(losses.value).at(-1)?.[1];
  if (loss === undefined || accuracy === undefined)
    return <p class="hint">The loss says how wrong the net is, the accuracy how often it is right.</p>;
  if (accuracy >= 0.9) return <p class="hint">It has found what matters. From here on, what is hard is left.</p>;
  if (loss < 0.6) return <p class="hint">The loss falls first: answers become less wrong before they become right.</p>;
  return <p class="hint">Step {step}: the answers are still guesses, but the filters below are changing already.</p>;
}
