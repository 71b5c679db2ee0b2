/** findDuplicates: photographs that are the same one, perhaps recompressed, lit otherwise, or cut out a little aside. */

import {
  aPlainObject,
  checkArgument,
  checkOptions,
  type Kind,
  numberUpTo,
  type OptionKinds,
} from "../tensor/arguments.js";
import { numberAbove } from "../tensor/kinds.js";
import { correlation, greyPicture, shifted, shiftedAndZoomed } from "./grey-picture.js";
import { ImageDataset } from "./image-dataset.js";
import type { ImageShape } from "./image-shape.js";
import { hashDistance, type PerceptualHash, perceptualHash } from "./perceptual-hash.js";
import { PhotoFolder } from "./photo-folder.js";

/** Among 24,345 faces, no pair that correlated less before shifting, or before zooming, proved to be a duplicate. */
const LEAST_UNSHIFTED = 0.8;
const LEAST_UNZOOMED = 0.88;

/**
 * A duplicate is at most so far, as a share of how far the next picture is: where many look alike, as garments do, one
 * that is no nearer than the others is no copy. @see D. Lowe, "Distinctive image features from scale-invariant
 * keypoints", 2004, 7.1
 */
const NEARER = 0.4;

/** Pictures that each is compared with once more, the most alike; copies to the byte count as one. */
const NEIGHBOURS = 20;

export interface DuplicateOptions {
  /** Hashes of duplicates differ in at most so many of their 63 bits. Default 18. */
  maxDistance?: number;
  /** Their greys, one image laid onto the other, have at least this correlation, above 0 and up to 1. Default 0.96. */
  minCorrelation?: number;
}

const KINDS: OptionKinds<DuplicateOptions> = { maxDistance: numberUpTo(0, 63), minCorrelation: numberAbove(0, 1) };

const datasets: Kind<Record<string, ImageDataset>> = {
  expected: "an object of datasets of images, as in { train, test }",
  accepts: (value): value is Record<string, ImageDataset> =>
    aPlainObject.accepts(value) && Object.values(value).every((each) => each instanceof ImageDataset),
};

/** An image that has duplicates. */
export interface DuplicateImage {
  /** The name of the split that it is in. */
  split: string;
  /** Where it stands there. */
  index: number;
  /** The class that it is said to be of. */
  label: number;
  /** Its path from the folder; undefined for images that come from no folder. */
  file: string | undefined;
}

/** Images that are duplicates of one of them. */
export interface DuplicateCluster {
  /** All of them, in the order of the splits. */
  images: DuplicateImage[];
  /** Whether all their pixels are the same, which is certain. Otherwise they look so, and may be two pictures after all. */
  exact: boolean;
  /** Whether they are in more than one split: what is tested on has been trained on. */
  acrossSplits: boolean;
  /** Whether they have more than one label, of which one is wrong if they are the same picture. */
  mixedLabels: boolean;
}

/** Two pictures that look alike, and how far they are: 1 − correlation, one laid onto the other. */
interface Pair {
  a: number;
  b: number;
  distance: number;
}

const byDistance = (p: Pair, q: Pair) => p.distance - q.distance;

/** The nearest pairs of each picture. */
class Neighbourhood {
  readonly pairs: Pair[][];

  constructor(pictures: number) {
    this.pairs = Array.from({ length: pictures }, () => []);
  }

  add(pair: Pair): void {
    for (const i of [pair.a, pair.b]) {
      const own = this.pairs[i];
      if (own.length === NEIGHBOURS && own[NEIGHBOURS - 1].distance <= pair.distance) continue;
      own.push(pair);
      own.sort(byDistance);
      own.length = Math.min(own.length, NEIGHBOURS);
    }
  }

  /** Puts them in order again, after some were changed. */
  sort(): void {
    for (const own of this.pairs) own.sort(byDistance);
  }

  /** Those that are within `most`, and after which comes nothing for a while. */
  same(i: number, most: number): Set<Pair> {
    const own = this.pairs[i];
    let count = 0;
    for (const [k, { distance }] of own.entries()) {
      // Nothing is known of what comes behind the last of a full list.
      const next = own[k + 1]?.distance ?? (own.length === NEIGHBOURS ? distance : 1 - LEAST_UNSHIFTED);
      if (distance <= most && distance <= NEARER * next) count = k + 1;
    }
    return new Set(own.slice(0, count));
  }
}

/** What looks alike, each with the pictures that are the same for both of them. */
function samePictures(greys: readonly Uint8Array[], { maxDistance, minCorrelation }: Required<DuplicateOptions>) {
  const hashes: PerceptualHash[] = greys.map(perceptualHash);
  const near = new Neighbourhood(greys.length);
  for (let a = 0; a < greys.length; a++) {
    for (let b = 0; b < a; b++) {
      if (hashDistance(hashes[a], hashes[b]) > maxDistance) continue;
      if (correlation(greys[a], greys[b], 0, 0) < Math.min(LEAST_UNSHIFTED, minCorrelation)) continue;
      near.add({ a, b, distance: 1 - shifted(greys[a], greys[b]) });
    }
  }
  const most = 1 - minCorrelation;
  for (const own of near.pairs) {
    const [first] = own;
    if (!first || first.distance <= most || first.distance > 1 - LEAST_UNZOOMED) continue;
    const zoomed = 1 - shiftedAndZoomed(greys[first.a], greys[first.b]);
    if (zoomed <= most) first.distance = zoomed;
  }
  near.sort();
  const same = greys.map((_, i) => near.same(i, most));
  return same.map((pairs, i) =>
    [...pairs].filter((pair) => same[pair.a].has(pair) && same[pair.b].has(pair)).map(({ a, b }) => a + b - i),
  );
}

/** Places of what is the same to the byte, together. */
function exactCopies(pixels: readonly Uint8Array[]): number[][] {
  const byHash = new Map<number, number[][]>();
  for (const [i, own] of pixels.entries()) {
    let hash = own.length;
    for (const byte of own) hash = (Math.imul(hash, 31) + byte) | 0;
    const sets = byHash.get(hash) ?? [];
    const set = sets.find(([first]) => own.every((byte, at) => byte === pixels[first][at]));
    if (set) set.push(i);
    else byHash.set(hash, [...sets, [i]]);
  }
  return [...byHash.values()].flat().sort(([a], [b]) => a - b);
}

/** Groups of which each member is the same as one of them: who has the most such members is asked first. */
function groupsOf(same: readonly number[][]): number[][] {
  const grouped = new Set<number>();
  const groups: number[][] = [];
  for (const i of [...same.keys()].sort((a, b) => same[b].length - same[a].length || a - b)) {
    if (grouped.has(i)) continue;
    const group = [i, ...same[i].filter((other) => !grouped.has(other))];
    for (const member of group) grouped.add(member);
    groups.push(group);
  }
  return groups;
}

/**
 * Finds the same photographs within and across splits. What is the same to the byte is certain. Of the others, every pair
 * is compared by a perceptual hash of 63 bits; where these are close, by the correlation of their pixels, one image moved
 * and enlarged by up to a tenth. A pair is taken for the same photograph only if it is much more alike than each of the
 * two is to the next: where everything looks alike, little can be said. 24,000 images take some ten seconds, and the time
 * grows with the square of their number.
 * @param splits by name: `{ train, test }`
 * @returns clusters in the order of their first images
 * @throws RangeError on an option out of its range
 */
export function findDuplicates(
  splits: Readonly<Record<string, ImageDataset>>,
  options: DuplicateOptions = {},
): DuplicateCluster[] {
  checkArgument("findDuplicates", "splits", splits, datasets);
  checkOptions("findDuplicates", options, KINDS);
  const { maxDistance = 18, minCorrelation = 0.96 } = options;
  const images: DuplicateImage[] = [];
  const pixels: Uint8Array[] = [];
  const shapes: ImageShape[] = [];
  for (const [split, dataset] of Object.entries(splits)) {
    for (const [index, label] of dataset.labels.entries()) {
      images.push({ split, index, label, file: dataset instanceof PhotoFolder ? dataset.files[index] : undefined });
      pixels.push(dataset.pixels(index));
      shapes.push(dataset.shape);
    }
  }
  const copies = exactCopies(pixels);
  const greys = copies.map(([first]) => greyPicture(pixels[first], shapes[first]));
  const groups = groupsOf(samePictures(greys, { maxDistance, minCorrelation }));
  return groups
    .map((group) => ({ exact: group.length === 1, members: group.flatMap((set) => copies[set]).sort((a, b) => a - b) }))
    .filter(({ members }) => members.length > 1)
    .sort((a, b) => a.members[0] - b.members[0])
    .map(({ exact, members }) =>
      clusterOf(
        members.map((i) => images[i]),
        exact,
      ),
    );
}

function clusterOf(images: DuplicateImage[], exact: boolean): DuplicateCluster {
  return {
    images,
    exact,
    acrossSplits: new Set(images.map(({ split }) => split)).size > 1,
    mixedLabels: new Set(images.map(({ label }) => label)).size > 1,
  };
}
