/** Sweeps: what no rule frees, and nothing seems to need any more, is left to the garbage collector once it is much. */

import { Kinds, PutAside } from "./aside.js";
import { whenMemoryIsShort } from "./backend/shortage.js";
import { kept, type Owner, owners, type Sweeper, soFar, type Tracked, unowned } from "./lifetime.js";

const MiB = 2 ** 20;

/** Once an owner has so many bytes, what the running step does not seem to need is put aside. */
const BUDGET = 96 * MiB;

/** It stops as soon as no more than so many bytes are left. */
const TARGET = 64 * MiB;

/**
 * Beyond so many bytes, what was not used for longest is put aside, needed or not: a loop without backward passes that reads
 * nothing has no steps.
 */
const STEPLESS_BUDGET = 160 * MiB;

/** The same for tensors of a scope: there may be more, as all go when it ends. */
const SCOPE_BUDGET = 256 * MiB;

/** The same for what is kept: these are models, which will be used again. */
const KEPT_BUDGET = 512 * MiB;

/** The budget of an owner in any step. */
function budgetOf(owner: Owner): number {
  if (owner === unowned) return STEPLESS_BUDGET;
  return owner === kept ? KEPT_BUDGET : SCOPE_BUDGET;
}

/**
 * A read ends a step where so many have followed without a backward pass, and so much was made since the last step: what
 * a program reads while it collects for a later `backward` is not over yet.
 */
const FEW_READS = 4;
const READ_STEP = 48 * MiB;

/** A graph that goes back more steps than that is one that nobody will walk soon. */
const GRAPH_STEPS = 8;

/** What is kept is not put aside before so many steps without it: a few batches are looked at between two of training. */
const KEPT_STEPS = 8;

/** So many steps after a sweep that found too much in use, there is another. */
const SWEEP_STEPS = 32;

/** For so many steps a program may read its predictions on a device. */
const DEVICE_STEPS = 8;

/**
 * So many tensors later, a result may be put aside even though its step is not over: more than any operation makes before
 * it uses its inputs for the last time.
 */
const RECENT = 16;

/** The same for results outside of scopes that no graph needs: a layer that nothing trains leaves many. */
const RECENT_WITHOUT_GRAPH = 4;

const aside = new PutAside();

/** How many tensors had been made when the last steps were over, the latest last. */
const stepEnds: number[] = [];

/** How many bytes had been made when the last step was over. */
let bytesAtStep = 0;

/** At first there are as many as it takes: a program that begins with reading predicts. */
let readsSinceBackward = FEW_READS;

/** Small values on devices, of one step after the other, the latest last: to read them would hold the device up. */
const smallOnDevice: Tracked[][] = [];

/** Leaves a tensor to the garbage collector, where its backend can do that. */
function putAside(tensor: Tracked): void {
  const { life, backend, held } = tensor;
  if (life.aside || !backend.putAside) return;
  for (const numbers of held) numbers.putAside();
  life.owner?.remove(tensor);
  life.aside = true;
  aside.add(tensor, life.step);
}

/** Those that `isUsed` picks, and what their graphs lead to. */
function inUse(tensors: readonly Tracked[], isUsed: (tensor: Tracked) => boolean): Set<Tracked> {
  const pending = tensors.filter(isUsed);
  const found = new Set<Tracked>(pending);
  for (let tensor = pending.pop(); tensor; tensor = pending.pop()) {
    for (const input of tensor.graphInputs) {
      if (found.has(input) || soFar.steps - input.life.step > GRAPH_STEPS) continue;
      found.add(input);
      pending.push(input);
    }
  }
  return found;
}

/** Picks those that were used since the last so many were made. */
function usedSince(recent: number): (tensor: Tracked) => boolean {
  const time = soFar.tensors - recent;
  return ({ numbers }) => numbers.usedAt >= time;
}

/** Picks those that the step which runs seems to need still. */
function neededBy(owner: Owner): (tensor: Tracked) => boolean {
  const stepBegan = stepEnds.at(owner === kept ? -KEPT_STEPS : -1) ?? 0;
  return ({ life, numbers, graphInputs }) => {
    if (numbers.usedAt < stepBegan) return false;
    if (owner !== unowned || life.madeAt < stepBegan || graphInputs.length > 0) return true;
    return numbers.usedAt >= soFar.tensors - RECENT_WITHOUT_GRAPH;
  };
}

/** Puts the least recently used aside until no more than `target` bytes are left, but nothing that is in use. */
function reduce(owner: Owner, target: number, isUsed: (tensor: Tracked) => boolean): void {
  const used = inUse(owner.own(), isUsed);
  const idle = owner.own().filter((tensor) => !used.has(tensor));
  // No list may hold what goes: the collector is to have it while others are copied.
  owner.relist(owner.own().filter((tensor) => used.has(tensor)));
  const stuck: Tracked[] = [];
  idle.sort((a, b) => b.numbers.usedAt - a.numbers.usedAt);
  while (owner.bytes > target && idle.length > 0) {
    const tensor = idle.pop()!;
    putAside(tensor);
    if (tensor.life.owner === owner) stuck.push(tensor);
  }
  owner.relist([...owner.own(), ...stuck, ...idle]);
}

/** Now and then what was in use at the last sweep is looked at again. */
function endStep(): void {
  soFar.steps++;
  bytesAtStep = soFar.bytes;
  stepEnds.push(soFar.tensors + 1);
  if (stepEnds.length > KEPT_STEPS) stepEnds.shift();
  if (soFar.steps % SWEEP_STEPS !== 0) return;
  for (const owner of [...owners, kept]) owner.sweepAt = BUDGET;
}

/** The kinds that take most of what was made outside of every scope. */
function unownedSummary(): string {
  const kinds = new Kinds();
  for (const tensor of unowned.own()) kinds.add(tensor, tensor.life.step);
  return kinds.describe(soFar.steps);
}

/** Puts half of what an owner has aside. False when nothing can be. */
function relieve(owner: Owner): boolean {
  const before = owner.bytes;
  reduce(owner, before / 2, usedSince(RECENT));
  return owner.bytes < before;
}

whenMemoryIsShort({
  free: () => [...owners, kept].some(relieve),
  held: () => {
    const held = unownedSummary();
    return held === "" ? "" : ` Held outside of every scope: ${held}. Run steps inside scope() or noGrad().`;
  },
});

export const sweeps: Sweeper = {
  sweep(owner) {
    reduce(owner, TARGET, neededBy(owner));
    const budget = budgetOf(owner);
    if (soFar.steps === owner.sweptAt && owner.bytes > budget) reduce(owner, budget / 2, usedSince(RECENT));
    owner.sweptAt = soFar.steps;
    owner.sweepAt = Math.max(BUDGET, 1.25 * owner.bytes);
    aside.check(soFar.steps);
  },

  takeBack(tensor) {
    aside.remove(tensor);
    tensor.life.aside = false;
    for (const numbers of tensor.held) numbers.bringBack();
  },

  noteBackward() {
    readsSinceBackward = 0;
    endStep();
  },

  // In a program without backward passes, reads are what ends a step.
  noteRead() {
    if (++readsSinceBackward > FEW_READS && soFar.bytes - bytesAtStep >= READ_STEP) endStep();
  },

  // Predictions, losses and the like are put aside instead of being freed, where nobody has to wait for a device.
  letGo(values) {
    const onDevice = values.filter(({ backend }) => backend.readSync === undefined);
    for (const value of values) if (value.backend.readSync) putAside(value);
    if (onDevice.length > 0) smallOnDevice.push(onDevice);
    if (smallOnDevice.length <= DEVICE_STEPS) return;
    for (const value of smallOnDevice.shift() ?? []) if (value.life.owner !== kept) value.free("step");
  },
};
