/** Yours: a net for one's own photographs, from files or the camera. */

import "../details.css";
import { Chart } from "../chart.js";
import { percent } from "../watch/words.js";
import { ClassCard } from "./class-card.js";
import { FirstWeights } from "./first-weights.js";
import { Live } from "./live.js";
import { Mistakes } from "./mistakes.js";
import {
  accuracies,
  addClass,
  addFolders,
  canLearn,
  classes,
  counts,
  ENOUGH,
  GOOD,
  learn,
  losses,
  MOST_CLASSES,
  phase,
  problem,
  progress,
  refused,
  stop,
} from "./state.js";
import "./yours.css";

/** What was dropped and is no photograph. */
function Refused() {
  const list = refused.value;
  if (list.length === 0) return null;
  return (
    <details class="refused" open>
      <summary>
        {list.length} {list.length === 1 ? "file was" : "files were"} refused
      </summary>
      <ul>
        {list.map(({ file, reason }, i) => (
          <li key={i}>
            <b>{file}</b>: {reason}
          </li>
        ))}
      </ul>
    </details>
  );
}

/** What the photographs are short of. */
function Advice() {
  const least = Math.min(...counts.value);
  const most = Math.max(...counts.value);
  if (least < ENOUGH)
    return (
      <p class="hint">
        Each class needs {ENOUGH} photographs; with {GOOD} it becomes good.
      </p>
    );
  if (most > 2 * least)
    return <p class="hint">One class has more than twice as many photographs as another: the net will lean to it.</p>;
  if (least < GOOD) return <p class="hint">That will do. With {GOOD} photographs of each class it becomes better.</p>;
  return (
    <p class="hint">A fifth of them is kept aside, to see whether the net is right about what it has not learned.</p>
  );
}

function Learning() {
  const now = progress.value;
  return (
    <section aria-labelledby="learning-title">
      <h2 id="learning-title">{phase.value === "learning" ? "It is learning" : "How it learned"}</h2>
      <p>
        {now
          ? `Epoch ${now.epoch} of ${now.epochs}: ${percent(now.accuracy)} of the photographs kept aside are told right.`
          : "Getting ready …"}
      </p>
      <div class="pair-of-charts">
        <Chart
          title="Loss, epoch by epoch"
          series={[{ name: "loss", points: losses.value, look: "line" }]}
          format={(y) => y.toFixed(2)}
        />
        <Chart
          title="Accuracy on photographs kept aside"
          series={[{ name: "told right", points: accuracies.value, look: "line second" }]}
          range={[0, 1]}
          format={percent}
        />
      </div>
    </section>
  );
}

export function Yours() {
  return (
    <>
      <div class="opening">
        <h1>Teach it your own photographs.</h1>
        <p class="lead">
          2 to {MOST_CLASSES} kinds of things, {GOOD} pictures of each, from files or the camera. The net begins with
          random numbers, or with what another has learned, and learns in this tab, within a minute.
        </p>
        <p class="promise">
          Your photographs cannot leave this page: its policy (<code>connect-src 'none'</code>) has your browser forbid
          it.
        </p>
      </div>
      {problem.value !== undefined && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: files are chosen by buttons, too */}
      <div
        class="classes"
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          event.preventDefault();
          if (event.dataTransfer) void addFolders(event.dataTransfer);
        }}
      >
        <p class="hint">Drop files on a class, or folders anywhere here: each becomes a class.</p>
        {classes.value.map(({ id }) => (
          <ClassCard key={id} id={id} />
        ))}
        {classes.value.length < MOST_CLASSES && (
          <button type="button" class="add" onClick={() => addClass()} disabled={phase.value === "learning"}>
            Add a class
          </button>
        )}
      </div>
      <Refused />
      <FirstWeights />
      <fieldset class="controls" aria-label="Training">
        {phase.value === "learning" ? (
          <button type="button" class="main" onClick={stop}>
            Stop
          </button>
        ) : (
          <button type="button" class="main" onClick={learn} disabled={!canLearn.value}>
            {phase.value === "learned" ? "Learn again" : "Learn"}
          </button>
        )}
        <Advice />
      </fieldset>
      {(phase.value === "learning" || progress.value) && <Learning />}
      {phase.value === "learned" && <Live />}
      {phase.value === "learned" && <Mistakes />}
    </>
  );
}
