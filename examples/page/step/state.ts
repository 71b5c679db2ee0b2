/** What the section Step shows: a tape, and where on it one stands. */

import { computed, signal } from "@preact/signals";
import type { News, RecordedStep } from "../protocol.js";
import { listen, send } from "../worker-link.js";

/** Nets to begin with. */
export const EXAMPLES = {
  "A small convolutional net": "conv 4 3\nrelu\nmaxpool 4\nlinear 2",
  "Two linear layers": "linear 8\nrelu\nlinear 2",
  "With batch norm and dropout": "conv 8 3\nnorm\nrelu\nmaxpool 4\ndropout 0.2\nlinear 2",
};

export const recorded = signal<RecordedStep | undefined>(undefined);
/** Why the net that was asked for last could not be recorded. */
export const refusal = signal<string | undefined>(undefined);
/** Whether a step is being recorded, which takes seconds where the net is large. */
export const recording = signal(false);
/** Where one stands: a step of the tape; behind the last one, that of the optimizer. */
export const place = signal(0);

/** How many places there are. */
export const places = computed(() => (recorded.value ? recorded.value.tape.steps.length + 1 : 0));

export function record(layers: string): void {
  recording.value = true;
  send({ kind: "record", layers });
}

export function moveTo(next: number): void {
  place.value = Math.max(0, Math.min(places.value - 1, next));
}

function hear(news: News): void {
  if (news.kind !== "recorded" && news.kind !== "refused") return;
  recording.value = false;
  if (news.kind === "refused") {
    refusal.value = news.message;
    return;
  }
  recorded.value = news;
  refusal.value = undefined;
  place.value = 0;
}

listen(hear);
