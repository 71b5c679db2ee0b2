/** CacheEntry: what a photograph was decoded and resized to, kept in a file. */

import { onFileSync } from "../file-error.js";
import { nodeModules } from "../node.js";
import type { ResizeMode } from "./fit-image.js";
import type { Photograph } from "./image.js";
import { bytesOf, type ImageShape } from "./image-shape.js";

/** Part of every name: to be raised when decoding or resizing changes its result. */
const VERSION = 3;

const DIGEST_BYTES = 32;
/** Width and height, 32 bits each. */
const SIZES_BYTES = 8;

function sha256(...parts: (Uint8Array | string)[]): Buffer {
  const hash = nodeModules("CacheEntry")("node:crypto").createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** Coloured squares are called by their size alone. */
function kindOf({ channels, height, width }: ImageShape, mode: ResizeMode): string {
  if (channels === 3 && height === width && mode === "stretch") return String(width);
  return `${channels}x${height}x${width} ${mode}`;
}

/**
 * The place of one photograph at one size. Its name says what it was made from: a photograph that changes gets another.
 * The file holds a SHA-256 digest of its name and of what follows, the photograph's width and height, and its planes: what
 * was put under another name is damaged.
 */
export class CacheEntry {
  readonly #folder: string;
  readonly #path: string;
  readonly #name: string;
  readonly #bytes: number;

  /**
   * @param file the bytes of the photograph's file
   * @param shape of the planes
   * @param mode how the photograph came to it
   */
  constructor(folder: string, file: Uint8Array, shape: ImageShape, mode: ResizeMode = "stretch") {
    this.#name = sha256(`${VERSION} ${kindOf(shape, mode)} `, file).toString("hex");
    // No folder with thousands of files: two letters make 256 of them.
    this.#folder = `${folder}/${this.#name.slice(0, 2)}`;
    this.#path = `${this.#folder}/${this.#name.slice(2)}`;
    this.#bytes = DIGEST_BYTES + SIZES_BYTES + bytesOf(shape);
  }

  /** What was kept; undefined where that is nothing, or damaged. */
  read(): Photograph | undefined {
    const { readFileSync } = nodeModules("CacheEntry")("node:fs");
    let bytes: Buffer;
    try {
      bytes = readFileSync(this.#path);
    } catch {
      return undefined;
    }
    if (bytes.length !== this.#bytes) return undefined;
    const content = bytes.subarray(DIGEST_BYTES);
    if (!sha256(this.#name, content).equals(bytes.subarray(0, DIGEST_BYTES))) return undefined;
    const planes = new Uint8Array(content.subarray(SIZES_BYTES));
    return { width: content.readUInt32LE(0), height: content.readUInt32LE(4), planes };
  }

  /** Writes under a name of its own, then renames: other threads and programs see all of it or nothing. */
  write({ width, height, planes }: Photograph): void {
    const find = nodeModules("CacheEntry");
    const { mkdirSync, renameSync, rmSync, writeFileSync } = find("node:fs");
    const bytes = Buffer.alloc(this.#bytes);
    bytes.writeUInt32LE(width, DIGEST_BYTES);
    bytes.writeUInt32LE(height, DIGEST_BYTES + 4);
    bytes.set(planes, DIGEST_BYTES + SIZES_BYTES);
    bytes.set(sha256(this.#name, bytes.subarray(DIGEST_BYTES)));
    const unfinished = `${this.#path}.${find("node:crypto").randomUUID()}`;
    const put = () => {
      mkdirSync(this.#folder, { recursive: true });
      try {
        writeFileSync(unfinished, bytes);
        renameSync(unfinished, this.#path);
      } catch (error) {
        rmSync(unfinished, { force: true });
        throw error;
      }
    };
    onFileSync(this.#path, "written", put, "A cache can be removed at any time");
  }
}
