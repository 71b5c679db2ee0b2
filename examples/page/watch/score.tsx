/** Score: how many faces are told right, and what comes next. */

import { faces, good, isHarder, look, makeEasy, makeHarder } from "./state.js";

/** How many of the faces the net is right about. */
function Right() {
  const accuracy = look.value?.accuracy;
  const count = faces.value.labels.length;
  return (
    <p class="score">
      <strong>{accuracy === undefined ? "–" : `${Math.round(100 * accuracy)} %`}</strong>
      <span>
        {accuracy === undefined
          ? "of faces that it has never seen are told right"
          : `${Math.round(accuracy * count)} of ${count} faces that it has never seen are told right`}
      </span>
    </p>
  );
}

/** A harder task, once this one is done. */
function Harder() {
  const reached = good.value;
  if (isHarder.value) {
    return (
      <button type="button" class="quiet" onClick={makeEasy}>
        Back to masks
      </button>
    );
  }
  if (!reached) return null;
  return (
    <>
      <p class="reached">
        90 % {reached.seconds === undefined ? `at step ${reached.step}` : `after ${reached.seconds.toFixed(1)} seconds`}
      </p>
      <button type="button" class="harder" onClick={makeHarder}>
        Make it harder
      </button>
    </>
  );
}

export function Score() {
  return (
    <div>
      <Right />
      <div class="next">
        <Harder />
      </div>
    </div>
  );
}
