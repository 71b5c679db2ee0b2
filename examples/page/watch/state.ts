/** What the section Watch shows, and what can be done to it. */

import { computed, signal } from "@preact/signals";
import type { Point } from "../points.js";
import type { Began, Faces, History, Look, News, Progress } from "../protocol.js";
import { EASY, HARDER, readAddress, type Settings, writeAddress } from "../settings.js";
import { send } from "../worker-link.js";

export type Phase = "starting" | "learning" | "paused" | "finished" | "failed";

/** From here on the net is good. */
export const GOOD = 0.9;

const NO_FACES: Faces = { pictures: [], labels: [] };

const inAddress = readAddress(location.search);

export const settings = signal(inAddress.settings);
/** Names in the address that have no value that could be. */
export const wrongNames = inAddress.wrong;
export const phase = signal<Phase>("starting");
export const problem = signal<string | undefined>(undefined);
export const slow = signal(false);
export const faces = signal(NO_FACES);
export const began = signal<Began | undefined>(undefined);
export const progress = signal<Progress | undefined>(undefined);
export const losses = signal<readonly Point[]>([]);
export const accuracies = signal<readonly Point[]>([]);
export const look = signal<Look | undefined>(undefined);
/** The face that is followed through the net. */
export const chosen = signal(0);
/** When the net was good for the first time: the step, and the seconds where nothing held it up. */
export const good = signal<{ step: number; seconds: number | undefined } | undefined>(undefined);
/** What the browser keeps of the run: as it was after an epoch, and how large it is. */
export const saved = signal<{ epoch: number; bytes: number } | undefined>(undefined);
/** Whether everything is here that the page ever loads. */
export const loaded = signal(false);

export const step = computed(() => progress.value?.step ?? 0);
/** Whether the net has taken a step, has been looked at, or never will. */
export const isUnderWay = computed(() => Boolean(progress.value || look.value) || phase.value === "failed");
export const isHarder = computed(() => settings.value.faces === "all");

/** Whether the run has ended because another net was to learn: it goes on from its last epoch. */
let isAside = false;
/** When the run began; undefined once somebody has held it up. */
let startedAt: number | undefined;

/** Begins the first run. */
export function start(): void {
  begin({ going: !matchMedia("(prefers-reduced-motion: reduce)").matches, resume: true });
}

function begin(how: { going: boolean; resume: boolean }): void {
  send({ kind: "begin", settings: settings.value, slow: slow.value, ...how });
}

export function pause(): void {
  startedAt = undefined;
  send({ kind: "pause" });
}

export function go(): void {
  phase.value = "learning";
  if (isAside) begin({ going: true, resume: true });
  else send({ kind: "go" });
}

/** One step. */
export function stepOnce(): void {
  startedAt = undefined;
  if (isAside) begin({ going: false, resume: true });
  send({ kind: "step" });
}

export function startAgain(): void {
  begin({ going: true, resume: false });
}

export function setSlow(value: boolean): void {
  startedAt = undefined;
  slow.value = value;
  send({ kind: "slow", slow: value });
}

export function choose(face: number): void {
  chosen.value = face;
  send({ kind: "choose", face });
}

/** Begins again with other settings, which are in the address from now on. */
export function change(changes: Partial<Settings>): void {
  settings.value = { ...settings.value, ...changes };
  history.replaceState(null, "", `${location.pathname}${writeAddress(settings.value)}${location.hash}`);
  startAgain();
}

export function makeHarder(): void {
  change(HARDER);
}

export function makeEasy(): void {
  change(EASY);
}

function reset(): void {
  isAside = false;
  phase.value = "starting";
  problem.value = undefined;
  faces.value = NO_FACES;
  began.value = undefined;
  progress.value = undefined;
  losses.value = [];
  accuracies.value = [];
  look.value = undefined;
  good.value = undefined;
  saved.value = undefined;
  startedAt = performance.now();
}

export function hear(news: News): void {
  switch (news.kind) {
    case "begins":
      reset();
      // The choice stays, and the worker does not know of it yet.
      if (chosen.value !== 0) send({ kind: "choose", face: chosen.value });
      break;
    case "faces":
      faces.value = {
        pictures: [...faces.value.pictures, ...news.pictures],
        labels: [...faces.value.labels, ...news.labels],
      };
      break;
    case "began":
      began.value = news;
      if (news.before) hearBefore(news.before);
      break;
    case "saved":
      saved.value = news;
      break;
    case "progress":
      hearProgress(news);
      break;
    case "look":
      hearLook(news);
      break;
    case "setAside":
      isAside = true;
      phase.value = "paused";
      break;
    case "paused":
      phase.value = "paused";
      break;
    case "finished":
      phase.value = "finished";
      break;
    case "failed":
      phase.value = "failed";
      problem.value = news.message;
      break;
    default:
      break;
  }
}

/** The run goes on after a reload: what it went through is drawn again. */
function hearBefore(before: History): void {
  losses.value = before.losses.map((loss, i): Point => [i + 1, loss]);
  accuracies.value = before.accuracies;
  // When it became good is not known any more.
  startedAt = undefined;
}

function hearProgress(news: Progress): void {
  if (phase.value === "starting") phase.value = "learning";
  if (!progress.value) performance.mark("first step");
  progress.value = news;
  const first = news.step - news.losses.length + 1;
  losses.value = [...losses.value, ...news.losses.map((loss, i): Point => [first + i, loss])];
}

function hearLook(news: Look): void {
  look.value = news;
  accuracies.value = [...accuracies.value.filter(([at]) => at !== news.step), [news.step, news.accuracy]];
  if (good.value || news.accuracy < GOOD) return;
  const seconds = startedAt === undefined ? undefined : (performance.now() - startedAt) / 1000;
  good.value = { step: news.step, seconds };
  performance.mark("good");
}
