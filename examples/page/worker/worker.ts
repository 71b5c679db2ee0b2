/** The worker: hears what the page asks for, and has the run that there is. */

import type { Begin, News, Request } from "../protocol.js";
import type { OwnRequest } from "../yours/protocol.js";
import { turn } from "./gate.js";
import type { Own } from "./own.js";
import { Run } from "./run.js";
import { forgetRun } from "./store.js";

function tell(news: News): void {
  self.postMessage(news);
}

async function loadRest(): Promise<void> {
  const { rest } = await import("./rest.js");
  await rest;
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

let run: Run | undefined;

/** The run that was asked for last. */
let wanted: Begin | undefined;

/** Only one net learns at a time: what begins or ends a run is done one after the other. */
let turns = Promise.resolve();

/** Begins a run when nothing else learns any more, unless another one has been asked for meanwhile. */
async function begin(request: Begin): Promise<void> {
  await Promise.all([run?.over, own?.then((own) => own.stop())]);
  await turn();
  if (request !== wanted) return;
  if (!request.resume) void forgetRun();
  run = new Run(request, tell);
}

/** A run of the drawn faces ends where one's own photographs are to be learned. */
async function setAside(): Promise<void> {
  if (!run) return;
  run.stop();
  await run.over;
  tell({ kind: "setAside" });
}

async function hearOwn(request: OwnRequest): Promise<void> {
  own ??= makeOwn();
  const hear = async () => (await own)?.hear(request);
  if (request.ask === "beginWith") return withRun(({ gate }) => gate.between(async () => hear()));
  if (request.ask === "learn") turns = turns.then(setAside);
  await turns;
  void hear();
}

/** Does something with the run that was asked for last, once it is there. */
function withRun(act: (run: Run) => void): void {
  void turns.then(() => run && act(run));
}

function answer(request: Request): void {
  switch (request.kind) {
    case "begin":
      run?.stop();
      wanted = request;
      turns = turns.then(() => begin(request));
      break;
    case "pause":
      withRun(({ gate }) => gate.allow(0));
      break;
    case "go":
      withRun(({ gate }) => gate.allow(Infinity));
      break;
    case "step":
      withRun(({ gate }) => gate.allow(1));
      break;
    case "slow":
      withRun(({ gate }) => {
        gate.slow = request.slow;
      });
      break;
    case "choose":
      withRun((run) => run.choose(request.face));
      break;
    case "load":
      void loadRest().then(() => tell({ kind: "loaded" }));
      break;
    case "file":
      withRun((run) => run.file(request.as));
      break;
    case "own":
      void hearOwn(request.request);
      break;
    case "record":
      withRun(({ gate }) => gate.between(() => record(request.layers)));
      break;
  }
}

self.addEventListener("message", ({ data }: MessageEvent<Request>) => answer(data));
