/** What the section Yours shows: classes with their photographs, and what a net makes of them. */

import { computed, signal } from "@preact/signals";
import { type Drop, type DroppedFile, droppedFiles } from "../../../src/data/dropped-files.js";
import type { Point } from "../points.js";
import type { News } from "../protocol.js";
import { listen, send } from "../worker-link.js";
import type { Answer, Beginning, Learned, OwnClass, OwnNews, OwnProgress, OwnRequest, Photograph } from "./protocol.js";

export const MOST_CLASSES = 10;

/** Of each class, so many photographs are enough to begin, and so many are good. */
export const [ENOUGH, GOOD] = [5, 30];

export type Phase = "collecting" | "learning" | "learned";

export const classes = signal<readonly OwnClass[]>([
  { id: 0, name: "First" },
  { id: 1, name: "Second" },
]);
export const photographs = signal<readonly Photograph[]>([]);
export const refused = signal<readonly { file: string; reason: string }[]>([]);
export const phase = signal<Phase>("collecting");
/** The file of weights that the next net begins with, if not with random numbers. */
export const beginning = signal<Beginning | undefined>(undefined);
/** A file that no net can begin with, and why. */
export const refusedWeights = signal<{ file: string; reason: string } | undefined>(undefined);
export const progress = signal<OwnProgress | undefined>(undefined);
export const losses = signal<readonly Point[]>([]);
export const accuracies = signal<readonly Point[]>([]);
export const learned = signal<Learned | undefined>(undefined);
/** Whether an answer is on its way. */
export const looking = signal(false);
export const answer = signal<Answer | undefined>(undefined);
/** Why something could not be done. */
export const problem = signal<string | undefined>(undefined);

/** How many photographs there are of each class. */
export const counts = computed(() =>
  classes.value.map(({ id }) => photographs.value.filter(({ of }) => of === id).length),
);
export const canLearn = computed(() => counts.value.length >= 2 && counts.value.every((count) => count >= ENOUGH));

let nextId = 2;
/** Classes that photographs are on their way to. */
const taken = new Set<number>();

function ask(request: OwnRequest): void {
  send({ kind: "own", request });
}

export function addClass(name = `Class ${nextId + 1}`): number {
  const id = nextId++;
  classes.value = [...classes.value, { id, name }];
  return id;
}

export function renameClass(id: number, name: string): void {
  classes.value = classes.value.map((each) => (each.id === id ? { id, name } : each));
}

export function removeClass(id: number): void {
  classes.value = classes.value.filter((each) => each.id !== id);
  photographs.value = photographs.value.filter(({ of }) => of !== id);
  ask({ ask: "removeClass", id });
}

export function removePhotograph(id: number): void {
  photographs.value = photographs.value.filter((each) => each.id !== id);
  ask({ ask: "removePhotograph", id });
}

/** Photographs of a class, as they were dropped or chosen; with the folders that they lie in. */
export async function addFiles(to: number, drop: Drop): Promise<void> {
  ask({ ask: "add", to, files: await droppedFiles(drop) });
}

/** Folders, each the photographs of a class: those of the same name, or of the first that has none yet. */
export async function addFolders(drop: Drop): Promise<void> {
  const byFolder = new Map<string, DroppedFile[]>();
  for (const dropped of await droppedFiles(drop)) {
    const folder = dropped.path.includes("/") ? dropped.path.split("/").at(-2)! : "";
    byFolder.set(folder, [...(byFolder.get(folder) ?? []), dropped]);
  }
  for (const [folder, files] of byFolder) {
    const to = classFor(folder);
    if (to === undefined) {
      const reason =
        folder === "" ? "it lies in no folder: drop it on its class" : `there are ${MOST_CLASSES} classes already`;
      refused.value = [...refused.value, ...files.map(({ path }) => ({ file: path, reason }))];
    } else {
      ask({ ask: "add", to, files });
    }
  }
}

function classFor(folder: string): number | undefined {
  if (folder === "") return undefined;
  const same = classes.value.find(({ name }) => name === folder);
  if (same) return same.id;
  const empty = classes.value.find(({ id }) => !taken.has(id) && !photographs.value.some(({ of }) => of === id));
  if (empty) renameClass(empty.id, folder);
  else if (classes.value.length === MOST_CLASSES) return undefined;
  const id = empty?.id ?? addClass(folder);
  taken.add(id);
  return id;
}

export function addFrame(to: number, frame: ImageBitmap): void {
  ask({ ask: "addFrame", to, frame });
}

/** Has the next net begin with the weights in a file; without one, with random numbers. */
export function beginWith(file?: File): void {
  refusedWeights.value = undefined;
  if (!file) beginning.value = undefined;
  ask({ ask: "beginWith", file });
}

export function learn(): void {
  problem.value = undefined;
  progress.value = undefined;
  losses.value = [];
  accuracies.value = [];
  phase.value = "learning";
  ask({ ask: "learn", classes: [...classes.value] });
}

export function stop(): void {
  ask({ ask: "stop" });
}

/** Has the net look at a photograph. */
export function lookAt(at: ImageBitmap | File): void {
  looking.value = true;
  performance.mark("asked");
  ask({ ask: "look", at });
}

function hearOwn(news: OwnNews): void {
  switch (news.told) {
    case "added":
      photographs.value = [...photographs.value, news];
      break;
    case "refused":
      refused.value = [...refused.value, news];
      break;
    case "beginsWith":
      beginning.value = news;
      break;
    case "weightsRefused":
      refusedWeights.value = news;
      break;
    case "progress":
      progress.value = news;
      losses.value = [...losses.value, [news.epoch, news.loss]];
      accuracies.value = [...accuracies.value, [news.epoch, news.accuracy]];
      break;
    case "learned":
      learned.value = news;
      phase.value = "learned";
      break;
    case "answer":
      performance.measure("opinion", "asked");
      looking.value = false;
      problem.value = undefined;
      answer.value = news;
      break;
    case "unreadable":
      looking.value = false;
      problem.value = news.reason;
      break;
    case "stopped":
      phase.value = learned.value ? "learned" : "collecting";
      break;
    case "broken":
      problem.value = news.reason;
      phase.value = learned.value ? "learned" : "collecting";
      break;
  }
}

listen((news: News) => {
  if (news.kind === "own") hearOwn(news.news);
});
