/** Watch: a net learns faces in front of one's eyes. */

import { effect, signal } from "@preact/signals";
import { Controls } from "./controls.js";
import { FaceGrid } from "./face-grid.js";
import { Score } from "./score.js";
import { isHarder, isUnderWay, loaded } from "./state.js";

/** What comes once there is something to be seen in the net. */
export const rest = signal<typeof import("./rest.js") | undefined>(undefined);

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

export function Watch() {
  const more = rest.value;
  return (
    <>
      <Opening />
      {more && <more.Notices />}
      <Controls />
      <div class="stage">
        <FaceGrid>
          <p class="hint">{more && <more.Hint />}</p>
        </FaceGrid>
        <div class="side">
          <Score />
          <div class="curves">{more && <more.Curves />}</div>
        </div>
      </div>
      {more && <more.Below />}
    </>
  );
}
