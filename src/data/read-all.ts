/** readAll and Readers: many photographs, on several threads. The same bytes come out for any number of them. */

import type { Tinypool } from "tinypool";
import { nodeModules } from "../node.js";
import { availableThreads } from "../tensor/backend/available-threads.js";
import type { Photograph } from "./image.js";
import { type ReadOptions, type ReadTask, readPhotographs, type Unreadable } from "./photograph.js";

/** Files in a task, at most: a message to a thread takes about a tenth of the time of decoding a small photograph. */
const TASK_FILES = 8;

/** Tasks for each thread, at least: with fewer, some threads would wait for the last ones. */
const TASKS = 8;

/** A thread takes about as long to start as it takes to decode so much, 0.2 s. */
const BYTES_A_THREAD = 500_000;

export interface ReadAllOptions extends ReadOptions {
  /**
   * Threads that decode; 0 is the caller's own thread. Default: one for each processor, fewer for few bytes. In a bundle
   * there is no file for a thread to run, and everything is decoded in the caller's.
   */
  workers?: number;
  /** Called with the number of files that are done. */
  onProgress?: (done: number, total: number) => void;
  /** Ends the reading, by throwing its reason. */
  signal?: AbortSignal;
  /** "throw" (default): end at the first file that cannot be read. "skip": go on without it. */
  onError?: "throw" | "skip";
}

/**
 * The module where the threads find `readPhotographs`: beside this one, or beside the package's own bundle, which this is
 * in; but other bundlers move and rename modules.
 */
function threadModule(): string | undefined {
  // In a bundle of CommonJS there is no URL at all, which matches no more than another file's.
  const [, folder, extension] = /^(.*\/)(?:read-all|library)(\.[jt]s)$/.exec(import.meta.url) ?? [];
  if (!folder) return undefined;
  const file = `${folder}photograph${extension}`;
  if (!nodeModules("readAll")("node:fs").existsSync(new URL(file))) return undefined;
  if (extension === ".js") return file;
  // From source, as in tests: what makes TypeScript of this file readable does not reach into threads.
  const program = `import { register } from "node:module";
    register("tsx/esm", "${import.meta.url}", { data: {} });
    export const { readPhotographs } = await import("${file}");`;
  return `data:text/javascript,${encodeURIComponent(program)}`;
}

/** In the caller's thread, which gets a chance to do something else before each task. */
async function readHere(task: ReadTask): Promise<(Photograph | Unreadable)[]> {
  await new Promise((resolve) => setImmediate(resolve));
  return readPhotographs(task);
}

/** 0 for a file that cannot be looked at: whoever reads it tells why. */
function bytesOf(path: string): number {
  try {
    return nodeModules("readAll")("node:fs").statSync(path).size;
  } catch {
    return 0;
  }
}

/** As many as run at once here, unless the files are soon read. */
function threadsFor(paths: readonly string[]): number {
  const most = availableThreads();
  let bytes = 0;
  for (const path of paths) {
    bytes += bytesOf(path);
    if (bytes >= most * BYTES_A_THREAD) return most;
  }
  return Math.floor(bytes / BYTES_A_THREAD);
}

/** A file that could not be read: which of them, and why. */
export interface Failure extends Unreadable {
  index: number;
}

/** Threads that read one list of files after another: they take longer to start than some lists take to be read. */
export class Readers {
  #pool: Tinypool | undefined;
  #threads = 0;

  /** Starts as many threads as a list is worth, unless there are as many. */
  async #start(threads: number): Promise<void> {
    const filename = threadModule();
    if (threads <= this.#threads || !filename) return;
    await this.end();
    const { Tinypool } = await import("tinypool");
    this.#pool = new Tinypool({ filename, name: "readPhotographs", minThreads: threads, maxThreads: threads });
    this.#threads = threads;
  }

  /**
   * Reads every file and hands each photograph over as soon as it is there, in any order.
   * @returns the files that could not be read, by index; with `onError: "throw"` the first of them and maybe some more
   */
  async read(
    paths: readonly string[],
    options: ReadAllOptions,
    onPhotograph: (index: number, photograph: Photograph) => void,
  ): Promise<Failure[]> {
    const { size, channels, resize, cache, maxPixels, workers, onProgress, signal, onError = "throw" } = options;
    signal?.throwIfAborted();
    await this.#start(workers ?? threadsFor(paths));
    const [pool, threads] = [this.#pool, this.#threads];
    const readTask = (task: ReadTask): Promise<(Photograph | Unreadable)[]> => pool?.run(task) ?? readHere(task);
    // Twice as many tasks at a time as there are threads: the next one waits at each.
    const lanes = pool ? 2 * threads : 1;
    const taskFiles = pool ? Math.max(1, Math.min(TASK_FILES, Math.floor(paths.length / (TASKS * threads)))) : 1;
    const failures: Failure[] = [];
    let next = 0;
    let done = 0;

    async function lane(): Promise<void> {
      while (next < paths.length && (onError === "skip" || failures.length === 0)) {
        const first = next;
        next = Math.min(first + taskFiles, paths.length);
        const own = paths.slice(first, next);
        const results = await readTask({ paths: own, options: { size, channels, resize, cache, maxPixels } });
        signal?.throwIfAborted();
        for (const [i, result] of results.entries()) {
          if ("reason" in result) failures.push({ index: first + i, reason: result.reason });
          else onPhotograph(first + i, result);
        }
        done += results.length;
        onProgress?.(done, paths.length);
      }
    }

    await Promise.all(Array.from({ length: lanes }, lane));
    return failures.sort((a, b) => a.index - b.index);
  }

  /** Ends the threads, also in the middle of a list. */
  async end(): Promise<void> {
    await this.#pool?.destroy();
    this.#pool = undefined;
    this.#threads = 0;
  }
}

/** The same for one list, with threads of its own. */
export async function readAll(...list: Parameters<Readers["read"]>): Promise<Failure[]> {
  const readers = new Readers();
  try {
    return await readers.read(...list);
  } finally {
    await readers.end();
  }
}
