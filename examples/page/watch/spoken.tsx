/** Spoken: how it goes, in one sentence every few seconds, for those who hear the page. */

import { useEffect, useState } from "preact/hooks";
import { smoothed } from "../points.js";
import { faces, look, losses, phase, step } from "./state.js";

const EVERY_MS = 6000;

function sentence(): string {
  const now = look.value;
  if (!now) return "The net is getting ready.";
  const count = faces.value.labels.length;
  const right = `${Math.round(now.accuracy * count)} of ${count} faces are told right`;
  if (phase.value === "paused") return `Paused after step ${step.value}: ${right}.`;
  if (phase.value === "finished") return `The net has finished learning: ${right}.`;
  const loss = smoothed(losses.value).at(-1)?.[1];
  return `Step ${step.value}: ${right}${loss === undefined ? "" : `, the loss is ${loss.toFixed(2)}`}.`;
}

export function Spoken() {
  const [said, say] = useState("");
  useEffect(() => {
    const timer = setInterval(() => say(sentence()), EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <p class="unseen" aria-live="polite">
      {said}
    </p>
  );
}
