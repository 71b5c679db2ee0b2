/** Step: one step of training, operation by operation, as autograd recorded it. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { TapeStep } from "../../../src/index.js";
import type { RecordedStep } from "../protocol.js";
import "./step.css";
import { Place } from "./place.js";
import { EXAMPLES, moveTo, place, places, record, recorded, recording, refusal } from "./state.js";
import { nameOf, shapeOf } from "./value.js";

const START = Object.values(EXAMPLES)[0];

/** What one stands on, in a few words. */
function labelOf(step: TapeStep | undefined, { tensors }: RecordedStep["tape"]): { name: string; about: string } {
  if (!step) return { name: "optimizer.step()", about: "changes the parameters" };
  if (step.way === "forward") return { name: step.name, about: shapeOf(tensors[step.output].shape) };
  return { name: step.name, about: `to ${nameOf(tensors[step.to])}` };
}

/** For those who hear the page, when they have moved. */
function spokenAt(here: number, tape: RecordedStep["tape"]): string {
  const { name, about } = labelOf(tape.steps[here], tape);
  return `Step ${here + 1} of ${places.value}: ${name}, ${about}`;
}

function Tape({ tape }: { tape: RecordedStep["tape"] }) {
  const list = useRef<HTMLOListElement>(null);
  const here = place.value;
  useEffect(() => {
    const button = list.current?.children[here] as HTMLElement | undefined;
    if (!list.current || !button) return;
    const { offsetTop, offsetHeight } = button;
    const { scrollTop, clientHeight } = list.current;
    if (offsetTop < scrollTop || offsetTop + offsetHeight > scrollTop + clientHeight)
      list.current.scrollTop = offsetTop - 60;
  }, [here]);
  return (
    <ol class="tape" ref={list}>
      {[...tape.steps, undefined].map((step, i) => {
        const { name, about } = labelOf(step, tape);
        return (
          <li key={i}>
            <button
              type="button"
              data-way={step?.way ?? "optimizer"}
              aria-current={i === here ? "step" : undefined}
              onClick={() => moveTo(i)}
            >
              <span class="count">{i + 1}</span>
              <b>{name}</b>
              <span>{about}</span>
            </button>
          </li>
        );
      })}
    </ol>
  );
}

/** The net that the step is of: lines to be changed. */
function Net() {
  const [text, setText] = useState<string>(START);
  const use = (layers: string) => {
    setText(layers);
    record(layers);
  };
  return (
    <form
      class="net"
      onSubmit={(event) => {
        event.preventDefault();
        record(text);
      }}
    >
      <label for="net-layers">The net, line by line</label>
      <textarea
        id="net-layers"
        rows={6}
        spellcheck={false}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      {refusal.value && (
        <p class="problem" role="alert">
          {refusal}
        </p>
      )}
      <button type="submit">{recording.value ? "Recording …" : "Record a step of it"}</button>
      <p>or begin with</p>
      {Object.entries(EXAMPLES).map(([name, layers]) => (
        <button key={name} type="button" class="quiet" onClick={() => use(layers)}>
          {name}
        </button>
      ))}
    </form>
  );
}

/** ← and → walk along the tape, but for where they move a cursor. */
function onKey(event: KeyboardEvent): void {
  if (event.target instanceof HTMLTextAreaElement || event.target instanceof HTMLInputElement) return;
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.key === "ArrowRight") moveTo(place.value + 1);
  else if (event.key === "ArrowLeft") moveTo(place.value - 1);
}

export function Step() {
  useEffect(() => {
    if (!recorded.value) record(START);
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
  const tape = recorded.value?.tape;
  return (
    <>
      <div class="opening">
        <h1>One step of training, operation by operation.</h1>
        <p class="lead">
          Four faces go forward through a net to a loss; gradients come back; then each parameter moves a little. This
          is what torchlet’s autograd recorded of it, number by number. Walk with the keys ← and →.
        </p>
      </div>
      {tape && (
        <>
          <fieldset class="controls" aria-label="Tape">
            <button type="button" onClick={() => moveTo(place.value - 1)} disabled={place.value === 0}>
              ← Back
            </button>
            <button
              type="button"
              class="main"
              onClick={() => moveTo(place.value + 1)}
              disabled={place.value === places.value - 1}
            >
              Next →
            </button>
            <p class="where">
              step <b>{place.value + 1}</b> of <b>{places}</b>
            </p>
          </fieldset>
          <p class="unseen" aria-live="polite">
            {spokenAt(place.value, tape)}
          </p>
          <div class="walk">
            <Tape tape={tape} />
            <Place tape={tape} place={place.value} />
          </div>
        </>
      )}
      <section class="own" aria-labelledby="own-title">
        <h2 id="own-title">A net of your own</h2>
        <p>Filters, pools and linear layers, one a line. The last line has to give two numbers.</p>
        <Net />
      </section>
    </>
  );
}
