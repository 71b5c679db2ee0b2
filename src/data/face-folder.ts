/** FaceFolder: a folder of photographs whose names end in their label, read once into memory. */

import { nodeModules } from "../node.js";
import { Generator } from "../tensor/random.js";
import { ImageDataset, type ImageDatasetOptions } from "./dataset.js";
import { decodeImage } from "./decode.js";
import { toPlanes } from "./image-to-tensor.js";
import { resize } from "./resize.js";

export interface FaceFolderOptions {
  /** Every photograph is stretched to size × size pixels. */
  size: number;
  /** At most so many photographs: the first by name, or, with `seed`, a random choice. Default: all. */
  limit?: number;
  /** Picks which photographs `limit` keeps. */
  seed?: number;
  /** Called after each photograph. */
  onProgress?: (done: number, total: number) => void;
}

/** 0 or 1, the last character of the name before its extension: `000041_1.jpg` is 1. */
function labelOf(path: string): number {
  const label = /([01])\.[^.]+$/.exec(path)?.[1];
  if (label === undefined) {
    throw new Error(
      `FaceFolder: no label in the name of ${path}: the last character before the extension must be 0 (not covered) ` +
        "or 1 (covered), as in 000041_1.jpg",
    );
  }
  return Number(label);
}

function checkOptions({ size, limit, seed }: FaceFolderOptions): void {
  if (!Number.isInteger(size) || size < 1)
    throw new RangeError(`FaceFolder: size must be a positive integer, got ${size}`);
  if (limit !== undefined && (!Number.isInteger(limit) || limit < 1)) {
    throw new RangeError(`FaceFolder: limit must be a positive integer, got ${limit}`);
  }
  if (seed !== undefined && limit === undefined) {
    throw new RangeError("FaceFolder: seed picks which photographs limit keeps, but there is no limit");
  }
}

/** The names to read, sorted. */
function choose(names: string[], limit = names.length, seed?: number): string[] {
  if (seed === undefined || limit >= names.length) return names.slice(0, limit);
  const chosen = new Generator(seed).permutation(names.length).subarray(0, limit).sort();
  return Array.from(chosen, (index) => names[index]);
}

/**
 * Photographs of faces, covered (1) or not (0). Each is decoded and resized once and kept as bytes:
 * 3 · size² of them a photograph.
 */
export class FaceFolder extends ImageDataset {
  /** The names of the files, sorted; image i comes from `files[i]`. */
  readonly files: readonly string[];

  private constructor(files: readonly string[], options: ImageDatasetOptions) {
    super(options);
    this.files = files;
  }

  /**
   * Reads every file of a folder; subfolders and hidden files are passed over.
   * @throws Error naming the file that has no label, or that cannot be read, and why
   */
  static async open(folder: string, options: FaceFolderOptions): Promise<FaceFolder> {
    checkOptions(options);
    const { size, limit, seed, onProgress } = options;
    const { readdir, readFile } = nodeModules("FaceFolder.open")("node:fs/promises");
    const entries = await readdir(folder, { withFileTypes: true });
    const names = entries
      .filter((entry) => !entry.isDirectory() && !entry.name.startsWith("."))
      .map(({ name }) => name);
    if (names.length === 0) throw new Error(`FaceFolder: no files in ${folder}`);
    const files = choose(names.sort(), limit, seed);
    const labels = Int32Array.from(files, (name) => labelOf(`${folder}/${name}`));

    const stride = 3 * size * size;
    const pixels = new Uint8Array(files.length * stride);
    for (const [i, name] of files.entries()) {
      // Waiting for each file also lets timers and other work run in between.
      const bytes = await readFile(`${folder}/${name}`);
      try {
        toPlanes(resize(await decodeImage(bytes), size, size), pixels.subarray(i * stride, (i + 1) * stride));
      } catch (error) {
        throw new Error(`FaceFolder: cannot read ${folder}/${name}: ${(error as Error).message}`, { cause: error });
      }
      onProgress?.(i + 1, files.length);
    }
    return new FaceFolder(files, { pixels, labels, size, classes: ["not covered", "covered"] });
  }
}
