/** filesToDataset: photographs that were dropped on a page as a dataset: their folders are their classes. */

import { aString, checkArgument, checkOptions, type Kind, listOf, type OptionKinds } from "../tensor/arguments.js";
import { DecodeError } from "./decoding.js";
import type { DroppedFile } from "./dropped-files.js";
import { BESIDE, composed, LEFT_BY_SYSTEMS, NO_PHOTOGRAPH, PHOTOGRAPH, type SkippedFile } from "./file-names.js";
import { fitImage } from "./fit-image.js";
import type { Photograph } from "./image.js";
import { imageFrom } from "./image-from.js";
import { bytesOf, shapeOf } from "./image-shape.js";
import { toPlanes } from "./image-to-tensor.js";
import { collect, evenly, type Listing } from "./listing.js";
import { folderKinds, PhotoFolder, type PhotoFolderOptions } from "./photo-folder.js";
import type { Failure } from "./read-all.js";

export interface FilesToDatasetOptions extends Omit<PhotoFolderOptions, "cache" | "workers"> {
  /** The classes by label: those of another dataset. Default: the names of the folders, sorted. */
  classes?: readonly string[];
}

const { cache: _, workers: __, ...readKinds } = folderKinds;

const KINDS: OptionKinds<FilesToDatasetOptions> = { ...readKinds, classes: listOf("a list of names", aString) };

const someFiles: Kind<DroppedFile[]> = {
  ...listOf<DroppedFile>("a list of files { path, file }", {
    expected: "a file",
    accepts: (value): value is DroppedFile => {
      const { path, file } = Object(value) as Partial<DroppedFile>;
      return typeof path === "string" && file instanceof Blob;
    },
  }),
  hint: () => "await droppedFiles(…) makes one of what was dropped or chosen",
};

/** A photograph in the folder of its class. */
interface Placed {
  readonly file: Blob;
  /** From the folder that all classes are in. */
  readonly path: string;
  readonly className: string;
}

/** The one folder around the folders of the classes, where there is one; otherwise "". */
function rootOf(ways: readonly (readonly string[])[]): string {
  const [root = ""] = ways[0] ?? [];
  return ways.every(([first]) => first === root) && ways.some(({ length }) => length > 2) ? root : "";
}

/** What is left of a drop without what systems leave in folders. */
function placedIn(files: readonly DroppedFile[]) {
  const ways = files
    .map(({ path, file }) => ({ file, way: path.split("/").filter((name) => name !== "") }))
    .filter(({ way }) => !way.some((name) => LEFT_BY_SYSTEMS.test(name)));
  const folder = rootOf(ways.map(({ way }) => way));
  const placed: Placed[] = [];
  const skipped: SkippedFile[] = [];
  for (const { file, way } of ways) {
    const inside = folder === "" ? way : way.slice(1);
    const path = inside.join("/");
    if (!PHOTOGRAPH.test(inside.at(-1)!)) skipped.push({ file: path, reason: NO_PHOTOGRAPH });
    else if (inside.length === 1) skipped.push({ file: path, reason: BESIDE });
    else placed.push({ file, path, className: composed(inside[0]) });
  }
  return { folder, placed: placed.sort((a, b) => (a.path < b.path ? -1 : 1)), skipped };
}

/** @throws Error when no photograph lies in a folder, or one in a folder that is none of the given classes */
function listFiles(files: readonly DroppedFile[], { classes, limit }: FilesToDatasetOptions) {
  const { folder, placed, skipped } = placedIn(files);
  if (placed.length === 0) {
    const first = skipped[0] ? ` (${skipped[0].file}: ${skipped[0].reason})` : "";
    throw new Error(
      `filesToDataset: there is no photograph in a folder among ${files.length} files${first}; the name of its folder is the ` +
        'class of a photograph. Files without folders get one by their path: { path: "cats/1.jpg", file }',
    );
  }
  const names = classes ?? [...new Set(placed.map(({ className }) => className))].sort();
  const labelOf = new Map(names.map((name, label) => [composed(name), label]));
  const stray = placed.find(({ className }) => !labelOf.has(className));
  if (stray) throw new Error(`filesToDataset: ${stray.path} lies in none of the classes ${names.join(", ")}`);
  const labels = placed.map(({ className }) => labelOf.get(className)!);
  const chosen = evenly(labels, limit);
  const listing: Listing = {
    ...{ who: "filesToDataset", folder, classes: names, skipped },
    files: chosen.map((i) => placed[i].path),
    labels: chosen.map((i) => labels[i]),
  };
  return { listing, blobs: chosen.map((i) => placed[i].file) };
}

/**
 * Decodes and resizes one after the other: there is never more than one in memory as it was.
 * @returns those that could not be read
 */
async function readBlobs(
  blobs: readonly Blob[],
  options: FilesToDatasetOptions,
  onPhotograph: (index: number, photograph: Photograph) => void,
): Promise<Failure[]> {
  const { size, channels = 3, resize = "stretch", maxPixels, onProgress, signal, onError = "throw" } = options;
  const shape = shapeOf(size, channels);
  const failures: Failure[] = [];
  for (const [index, blob] of blobs.entries()) {
    signal?.throwIfAborted();
    try {
      const image = await imageFrom(blob, { maxPixels });
      const planes = new Uint8Array(bytesOf(shape));
      toPlanes(fitImage(image, shape, resize), planes);
      onPhotograph(index, { width: image.width, height: image.height, planes });
    } catch (error) {
      // An error of the program is no fault of the photograph's.
      if (!(error instanceof DecodeError)) throw error;
      failures.push({ index, reason: error.message });
      if (onError === "throw") return failures;
    }
    onProgress?.(index + 1, blobs.length);
  }
  return failures;
}

/**
 * Photographs that were dropped or chosen in a page, decoded as by `imageFrom` and resized here. The folder that a file lies in
 * is its class, as for `ImageFolder`; one folder around all others is none. Names that are no photograph's, and files beside
 * the folders, are passed over.
 * @param files what `droppedFiles` gives
 * @returns a dataset that can be split (`split`, `subset`), with `skipped`: what is not in it, and why
 * @throws Error naming the file that cannot be read, and why (with `onError: "skip"`, when none can be), or a folder that is
 * none of the classes
 * @see ImageFolder, which reads folders in Node
 */
export async function filesToDataset(
  files: readonly DroppedFile[],
  options: FilesToDatasetOptions,
): Promise<PhotoFolder> {
  checkArgument("filesToDataset", "files", files, someFiles);
  checkOptions("filesToDataset", options, KINDS);
  const { listing, blobs } = listFiles(files, options);
  return new PhotoFolder(await collect(listing, options, (onPhotograph) => readBlobs(blobs, options, onPhotograph)));
}
