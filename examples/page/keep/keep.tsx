/** Keep: the net as a file, the run in the browser's own storage, the page on paper. */

import type { FileKind, News } from "../protocol.js";
import "./keep.css";
import { began, progress, saved } from "../watch/state.js";
import { listen, send } from "../worker-link.js";

const FILES: Record<FileKind, { name: string; about: string }> = {
  safetensors: {
    name: "The weights",
    about: "All numbers of the net by name, as .safetensors: for torchlet, PyTorch and whatever reads the format.",
  },
  onnx: { name: "The net", about: "What it computes and its numbers, as .onnx: for ONNX Runtime and many others." },
  checkpoint: {
    name: "The whole run",
    about: "Besides the weights, the optimizer’s state, the position and the random numbers: torchlet goes on with it.",
  },
};

/** Hands a file to whoever sits in front of the page. */
function download(name: string, bytes: Uint8Array<ArrayBuffer>): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([bytes]));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

function hear(news: News): void {
  if (news.kind === "file") download(news.name, news.bytes);
}

listen(hear);

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** What the browser keeps by itself. */
function Saved() {
  const kept = saved.value;
  if (!kept) return <p>After the next epoch, this browser keeps the run: a reload of the page goes on from there.</p>;
  if (kept.bytes === 0)
    return <p>This browser has no room for the run, as in a private window: a reload begins anew.</p>;
  return (
    <p>
      This browser keeps the run as it was after epoch {kept.epoch}, in {megabytes(kept.bytes)}. A reload of the page
      goes on from there, with the same numbers to the last bit. “Start again” forgets it.
    </p>
  );
}

export function Keep() {
  return (
    <>
      <div class="opening">
        <h1>Take the net along.</h1>
        <p class="lead">What has learned here is yours: as a file, for other programs, or on paper.</p>
      </div>
      <section aria-labelledby="files-title">
        <h2 id="files-title">As a file</h2>
        <p>
          {progress.value
            ? `The net as it is now, after step ${progress.value.step}.`
            : "The net as it was drawn: it has not learned anything yet."}
        </p>
        <div class="files">
          {(Object.keys(FILES) as FileKind[]).map((as) => (
            <div key={as}>
              <button type="button" disabled={!began.value} onClick={() => send({ kind: "file", as })}>
                {FILES[as].name}
              </button>
              <p>{FILES[as].about}</p>
            </div>
          ))}
        </div>
      </section>
      <section aria-labelledby="saved-title">
        <h2 id="saved-title">In this browser</h2>
        <Saved />
      </section>
      <section aria-labelledby="paper-title">
        <h2 id="paper-title">On paper</h2>
        <p>Printed, the section Watch is a report of the run: faces, curves, filters, the matrix, and the settings.</p>
      </section>
    </>
  );
}
