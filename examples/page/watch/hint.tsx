/** Hint: what the numbers mean at the moment. */

import { smoothed } from "../points.js";
import { accuracies, losses, step } from "./state.js";

export function Hint() {
  const accuracy = accuracies.value.at(-1)?.[1];
  const loss = smoothed(losses.value).at(-1)?.[1];
  if (loss === undefined || accuracy === undefined)
    return <>The loss says how wrong the net is, the accuracy how often it is right.</>;
  if (accuracy >= 0.9) return <>It has found what matters. From here on, what is hard is left.</>;
  if (accuracy >= 0.7) return <>It tells most of them by now. Where it is wrong, there is a ×.</>;
  if (loss < 0.6) return <>The loss falls first: answers become less wrong before they become right.</>;
  return <>Step {step}: the answers are still guesses, but the filters below are changing already.</>;
}
