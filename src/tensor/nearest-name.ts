/** nearestName: which of the known names somebody meant who wrote another one. */

/** By what options are called here: what they are called elsewhere (in PyTorch, Keras and scikit-learn). */
const SYNONYMS: Readonly<Record<string, readonly string[]>> = {
  lr: ["learningrate", "rate"],
  p: ["rate"],
  betas: ["beta", "beta1", "beta2"],
  eps: ["epsilon"],
  weightDecay: ["decay", "l2"],
  momentum: ["alpha"],
  factor: ["gamma"],
  steps: ["tmax"],
  minLr: ["etamin"],
  padding: ["pad"],
  stride: ["step"],
  bias: ["usebias"],
  weight: ["classweight", "classweights"],
  labelSmoothing: ["smoothing"],
  correction: ["unbiased", "ddof"],
  classes: ["numclasses", "outfeatures"],
  generator: ["seed", "rng"],
  batchSize: ["batch"],
  inputs: ["x"],
  targets: ["y", "labels"],
  train: ["data", "dataset"],
  test: ["validation", "validationdata", "val"],
  loss: ["criterion", "lossfn"],
  schedule: ["scheduler", "lrscheduler"],
  onEpoch: ["callbacks"],
  workers: ["numworkers"],
  size: ["imagesize"],
};

/** Without what sets camelCase, snake_case and kebab-case apart. */
export function plain(name: string): string {
  return name.replace(/[_\-\s]/g, "").toLowerCase();
}

/**
 * How many characters have to be put in, left out, or replaced to make one text of the other.
 * @see V. Levenshtein, "Binary codes capable of correcting deletions, insertions, and reversals", 1966
 */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[b.length];
}

/** The one of `known` that `name` is but for case, underscores and one letter in six: a slip, and no name of its own. */
export function slipOf(name: string, known: readonly string[]): string | undefined {
  return known.find((other) => editDistance(plain(name), plain(other)) <= other.length / 6);
}

/** The one of `known` that `name` most likely stands for; undefined where none is near. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const given = plain(name);
  const synonym = known.find((name) => SYNONYMS[name]?.includes(given));
  if (synonym !== undefined) return synonym;
  const distances = known.map((other) => editDistance(given, plain(other)));
  const nearest = distances.indexOf(Math.min(...distances));
  // One letter in three may be wrong: of shorter names, nearly everything would be near to everything.
  if (distances[nearest] <= given.length / 3) return known[nearest];
  return known.find((other) => given.length >= 3 && (plain(other).includes(given) || given.includes(plain(other))));
}
