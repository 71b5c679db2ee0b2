/** The worker: hears what the page asks for, and has the run that there is. */

import type { News, Request } from "../protocol.js";
import type { OwnRequest } from "../yours/protocol.js";
import type { Own } from "./own.js";
import { Run } from "./run.js";
import { forgetRun } from "./store.js";

function tell(news: News): void {
  self.postMessage(news);
}

/** What is loaded only when it is used, some of it within the library. */
function loadRest(): Promise<unknown> {
  return Promise.all([
    import("./record-step.js"),
    import("./file.js"),
    import("./saving.js"),
    import("./own.js"),
    import("#pngjs"),
    import("jpeg-js"),
    import("../../../src/io/onnx/schema.js"),
    import("../../../src/train/training-state-schema.js"),
  ]);
}

let own: Promise<Own> | undefined;

async function record(layers: string): Promise<void> {
  try {
    if ((await own)?.isLearning) throw new Error("A net learns your photographs just now: stop it first, or wait.");
    const { recordStep } = await import("./record-step.js");
    tell({ kind: "recorded", ...(await recordStep(layers)) });
  } catch (error) {
    tell({ kind: "refused", message: (error as Error).message });
  }
}

async function makeOwn(): Promise<Own> {
  const { Own } = await import("./own.js");
  return new Own((news) => tell({ kind: "own", news }));
}

/** One net learns at a time: a run of the drawn faces ends where one's own photographs are to be learned. */
async function hearOwn(request: OwnRequest): Promise<void> {
  own ??= makeOwn();
  if (request.ask === "learn" && run) {
    run.stop();
    await run.over;
    tell({ kind: "setAside" });
  }
  (await own).hear(request);
}

let run: Run | undefined;

/** Begins are taken one after the other: only one net learns at a time. */
let begun = Promise.resolve();

function answer(request: Request): void {
  switch (request.kind) {
    case "begin": {
      run?.stop();
      begun = begun.then(async () => {
        run?.stop();
        await Promise.all([run?.over, own?.then((own) => own.stop())]);
        run = new Run(request, tell);
      });
      break;
    }
    case "pause":
      run?.gate.allow(0);
      break;
    case "go":
      run?.gate.allow(Infinity);
      break;
    case "step":
      run?.gate.allow(1);
      break;
    case "slow":
      if (run) run.gate.slow = request.slow;
      break;
    case "choose":
      run?.choose(request.face);
      break;
    case "load":
      void loadRest().then(() => tell({ kind: "loaded" }));
      break;
    case "file":
      run?.file(request.as);
      break;
    case "forget":
      void forgetRun();
      break;
    case "own":
      void hearOwn(request.request);
      break;
    case "record":
      run?.gate.between(() => record(request.layers));
      break;
  }
}

self.addEventListener("message", ({ data }: MessageEvent<Request>) => answer(data));
