/** The targets of a TensorDataset: classes, probabilities of classes, or any numbers, and how they are told apart. */

import { ArgumentError } from "../tensor/arguments.js";
import { formatShape, ShapeError, sizeOf } from "../tensor/shape.js";
import { show } from "../tensor/show.js";
import { Tensor } from "../tensor/tensor.js";
import { type Examples, readExamples } from "./examples.js";
import { type HostArray, type IntegerArray, isIntegerArray } from "./host-array.js";

/** The class of each example, or of each place in it. */
export type ClassTargets = HostArray & { data: IntegerArray };

export function areClasses(targets: Tensor | HostArray): targets is ClassTargets {
  return !(targets instanceof Tensor) && isIntegerArray(targets.data);
}

/** The class of each example; undefined where there is none, or one for each place in it. */
export function labelsIn(targets: Tensor | HostArray): IntegerArray | undefined {
  return areClasses(targets) && targets.shape.length === 1 ? targets.data : undefined;
}

/** @throws RangeError naming the first example whose label is no class */
function checkLabels({ data, shape }: ClassTargets, classes: readonly string[] | undefined): void {
  const most = classes?.length ?? Infinity;
  const wrong = data.findIndex((label: number) => label < 0 || label >= most);
  if (wrong === -1) return;
  const example = Math.floor(wrong / sizeOf(shape.slice(1)));
  const known = classes ? `the ${most} classes have the labels 0 to ${most - 1}` : "classes are counted from 0";
  throw new RangeError(
    `TensorDataset: the target of example ${example} is ${data[wrong]}, but ${known}. Targets that are no classes are ` +
      "a Float32Array, a tensor, or nested lists",
  );
}

/** @throws RangeError naming the first number of a list that would become another one as an integer of 32 bits */
function checkIntegers(labels: readonly number[]): void {
  const wrong = labels.findIndex((label) => (label | 0) !== label);
  if (wrong === -1) return;
  throw new RangeError(
    `TensorDataset: the target of example ${wrong} is ${show(labels[wrong])}; beside classes, a list has the class of each`,
  );
}

/** As far from 1 as rounding may bring a sum of probabilities. */
const ROUNDING = 1e-3;

/** @throws RangeError naming the first example whose numbers are no probabilities, where they can be read at once */
function checkProbabilities(targets: Tensor | HostArray, classes: readonly string[]): void {
  const { shape } = targets;
  const { length } = classes;
  if (shape.length !== 2 || shape[1] !== length) {
    throw new ShapeError(
      `TensorDataset: the targets ${formatShape(shape)} are no probabilities of ${length} classes, [N, ${length}]. ` +
        "Classes themselves are an Int32Array; beside other targets, leave classes out",
    );
  }
  const values = targets instanceof Tensor ? targets.backend.readSync?.(targets.storage) : targets.data;
  if (!values) return;
  for (let i = 0; i < shape[0]; i++) {
    const row = Array.from(values.subarray(i * length, (i + 1) * length));
    const sum = row.reduce((total, p) => total + p, 0);
    if (Math.abs(sum - 1) <= ROUNDING && row.every((p) => p >= 0)) continue;
    throw new RangeError(
      `TensorDataset: the targets of example ${i} are ${show(row)}; beside classes, they are the probability of each, ` +
        "and sum to 1. Where an example may have several labels, leave classes out",
    );
  }
}

/**
 * Integers by type, and a list beside `classes`, are classes.
 * @throws ArgumentError when targets are names
 * @throws ShapeError when a list may be either
 * @throws RangeError when they do not fit the classes
 */
export function readTargets(targets: Examples, classes: readonly string[] | undefined): Tensor | HostArray {
  if (Array.isArray(targets) && typeof targets[0] === "string") {
    throw new ArgumentError(
      `TensorDataset: the targets are names, as ${show(targets[0])}, and a class is a number: with the names as classes, ` +
        "targets.map((name) => classes.indexOf(name))",
    );
  }
  const isList = Array.isArray(targets) && targets.every((value) => typeof value === "number");
  if (isList && !classes && targets.every(Number.isInteger)) {
    throw new ShapeError(
      `TensorDataset: the targets ${show(targets)} may be classes or numbers. Int32Array.from(targets) are classes; ` +
        "targets.map((y) => [y]) are numbers, for a model with one output",
    );
  }
  if (isList && classes) checkIntegers(targets);
  const read = readExamples("targets", isList && classes ? Int32Array.from(targets) : targets);
  if (areClasses(read)) checkLabels(read, classes);
  else if (classes) checkProbabilities(read, classes);
  return read;
}
