/** Controls: pause, step, slow, start again. */

import { go, pause, phase, progress, setSlow, slow, startAgain, stepOnce } from "./state.js";

/** The first button is what one wants to do most: it says what it will do. */
function Main() {
  switch (phase.value) {
    case "paused":
      return (
        <button type="button" class="main" onClick={go}>
          {progress.value ? "Go on" : "Start"}
        </button>
      );
    case "finished":
    case "failed":
      return (
        <button type="button" class="main" onClick={startAgain}>
          Start again
        </button>
      );
    default:
      return (
        <button type="button" class="main" onClick={pause}>
          Pause
        </button>
      );
  }
}

function Where() {
  const now = progress.value;
  if (!now) return <p class="where">{phase.value === "paused" ? "The net is as it was drawn." : "Getting ready …"}</p>;
  return (
    <p class="where">
      step <b>{now.step}</b> · epoch <b>{now.epoch}</b> · <b>{Math.round(now.facesPerSecond)}</b> faces a second
    </p>
  );
}

export function Controls() {
  const over = phase.value === "finished" || phase.value === "failed";
  return (
    <fieldset class="controls" aria-label="Training">
      <Main />
      <button type="button" onClick={stepOnce} disabled={over}>
        One step
      </button>
      <button type="button" aria-pressed={slow.value} onClick={() => setSlow(!slow.value)} disabled={over}>
        Slowly
      </button>
      {!over && (
        <button type="button" onClick={startAgain}>
          Start again
        </button>
      )}
      <Where />
    </fieldset>
  );
}
