/** Watch: a net learns faces in front of one's eyes. */

import { effect, signal } from "@preact/signals";
import { SETTINGS } from "../settings.js";
import { Controls } from "./controls.js";
import { FaceGrid } from "./face-grid.js";
import { Score } from "./score.js";
import { Spoken } from "./spoken.js";
import { began, isHarder, isUnderWay, loaded, problem, settings, wrongNames } from "./state.js";

const rest = signal<typeof import("./rest.js") | undefined>(undefined);

effect(() => {
  if (isUnderWay.value) void loadRest();
});

/** Until the net has taken its first step, there is nothing to be seen in it. */
export async function loadRest(): Promise<void> {
  rest.value = await import("./rest.js");
}

function Opening() {
  return (
    <div class="opening">
      <h1>A neural net is learning in this tab.</h1>
      <p class="lead">
        {isHarder.value
          ? "Which faces are covered? By a mask, a scarf, a veil or a hand; and some only seem to be."
          : "Which faces wear a mask? It has never seen one, starts from random numbers, and finds out while you watch."}
      </p>
      <p class="promise">
        Nothing is sent anywhere: this page’s own policy (<code>connect-src 'none'</code>) has your browser forbid it.
        {/* Has its place from the beginning: nothing below it moves. */}
        <span style={{ visibility: loaded.value ? "visible" : "hidden" }}>
          {" "}
          All of it is here now: you could go offline.
        </span>
      </p>
    </div>
  );
}

/** What went wrong, in the library's words, and a way on. */
function Problem() {
  if (problem.value === undefined) return null;
  return (
    <p class="problem" role="alert">
      <strong>It has stopped.</strong> {problem.value}
    </p>
  );
}

/** What does not run here, and what does in its place. */
function Refusal() {
  const reason = began.value?.refusal;
  if (reason === undefined) return null;
  return (
    <p class="problem" role="status">
      {SETTINGS.backend.options[settings.value.backend]} does not compute here, so WebAssembly does. {reason}
    </p>
  );
}

function WrongNames() {
  if (wrongNames.length === 0) return null;
  return (
    <p class="problem" role="status">
      What the address says of {wrongNames.join(" and ")} cannot be; it is taken as usual.
    </p>
  );
}

export function Watch() {
  return (
    <>
      <Opening />
      <WrongNames />
      <Refusal />
      <Problem />
      <Controls />
      <Spoken />
      <div class="stage">
        <FaceGrid />
        <div class="side">
          <Score />
          <div class="curves">{rest.value && <rest.value.Curves />}</div>
        </div>
      </div>
      {rest.value && <rest.value.Below />}
    </>
  );
}
