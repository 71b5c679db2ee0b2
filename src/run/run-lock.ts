/** RunLock: one trainer at a time in a run folder. */

import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { FileError, onFile } from "../file-error.js";
import { parseJson } from "../io/json.js";

/** Somebody else trains in a folder now, or may: whoever tries again later may find it free. */
export class HeldError extends Error {
  override readonly name = "HeldError";
}

/** What is in a lock: who holds it. */
const schema = v.object({
  process: v.pipe(v.number(), v.integer()),
  host: v.string(),
  /** Of the process, as its system says it: a number that is used again is not taken for the one that was. */
  started: v.string(),
  /** When the lock was taken, ISO 8601. */
  since: v.string(),
  /** Which attempt at the run this is: the next one has a larger number. */
  attempt: v.pipe(v.number(), v.integer()),
});

type Holder = v.InferOutput<typeof schema>;

/** When a process was started, in the words of its system; nothing where it has ended, or the system does not tell. */
function startOf(pid: number): string {
  if (existsSync("/proc/self/stat")) {
    try {
      // The name of the program, in brackets, may have spaces. What has ended and was not asked for is a zombie.
      const fields = readFileSync(`/proc/${pid}/stat`, "utf8").replace(/.*\) /s, "").split(" ");
      return fields[0] === "Z" ? "" : fields[19];
    } catch {
      return "";
    }
  }
  if (process.platform === "win32") return "";
  try {
    return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim();
  } catch {
    return "";
  }
}

/** Of this host: whether a process is still the one that it was. */
function lives({ process: pid, started }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // It is there, and somebody else's.
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  return startOf(pid) === started;
}

const NAME = /^attempt-(\d+)\.lock$/;
const UNFINISHED = /^attempt\.\w+\.unfinished$/;

/** The numbers of the attempts that hold a lock, or held one and died. */
async function attemptsIn(folder: string): Promise<number[]> {
  const numbers = (await readdir(folder)).flatMap((name) => name.match(NAME)?.slice(1) ?? []);
  return numbers.map(Number).sort((a, b) => a - b);
}

/** The number of the latest. Where there was none it is 0, which no lock has. */
async function lastIn(folder: string): Promise<number> {
  return (await attemptsIn(folder)).at(-1) ?? 0;
}

function lockOf(folder: string, attempt: number): string {
  return join(folder, `attempt-${attempt}.lock`);
}

async function textOf(lock: string): Promise<string | undefined> {
  return readFile(join(lock, "holder.json"), "utf8").catch(() => undefined);
}

/** @returns nothing where the lock is gone meanwhile */
async function holderOf(lock: string): Promise<Holder | undefined> {
  const text = await textOf(lock);
  if (text === undefined) return undefined;
  const file = join(lock, "holder.json");
  try {
    return parseJson(text, file, schema);
  } catch (error) {
    throw new FileError(file, `it is damaged; if nobody trains there, remove ${lock}`, { cause: error });
  }
}

/** What is known of others. */
export interface LockOptions {
  /** A process on another host has ended, as far as the caller knows: its lock is no more in the way than a dead one's here. */
  takeOver?: boolean;
}

/** @throws HeldError when the process of this attempt trains in the folder, or may */
async function checkAbandoned(folder: string, attempt: number, { takeOver = false }: LockOptions = {}): Promise<void> {
  const lock = lockOf(folder, attempt);
  const holder = await holderOf(lock);
  if (!holder) return;
  const who = `process ${holder.process} on ${holder.host}, since ${holder.since}`;
  if (holder.host !== hostname()) {
    if (takeOver) return;
    throw new HeldError(
      `${folder} is being trained by ${who}. Whether that still runs cannot be seen from ${hostname()}: ` +
        `if it does not, remove ${lock}`,
    );
  }
  if (lives(holder)) throw new HeldError(`${folder} is being trained by ${who}: end it first, or wait for it`);
}

/** @throws HeldError naming the process that trains in the folder, or may do so on another host */
export async function checkUnlocked(folder: string): Promise<void> {
  await checkAbandoned(folder, await lastIn(folder));
}

/**
 * A folder `attempt-N.lock` in a run folder, made where there is none of this name: of two who try, one gets it. It is
 * in the way of others as long as its process lives, and no longer, however that ends. Whoever finds a larger number
 * there, or their own lock gone, has been overtaken.
 */
export class RunLock {
  readonly #folder: string;
  readonly #attempt: number;
  readonly #text: string;

  private constructor(folder: string, attempt: number, text: string) {
    this.#folder = folder;
    this.#attempt = attempt;
    this.#text = text;
  }

  /** @throws HeldError naming the process that trains in the folder, or may do so on another host */
  static take(folder: string, options: LockOptions = {}): Promise<RunLock> {
    return onFile(folder, "locked", () => RunLock.#take(folder, options), "Nothing of the run was changed");
  }

  static async #take(folder: string, options: LockOptions): Promise<RunLock> {
    const before = await attemptsIn(folder);
    const last = before.at(-1) ?? 0;
    await checkAbandoned(folder, last, options);
    const lock = lockOf(folder, last + 1);
    const own = { process: process.pid, host: hostname(), started: startOf(process.pid) };
    const text = `${JSON.stringify({ ...own, since: new Date().toISOString(), attempt: last + 1 })}\n`;
    // It gets its name with all that is in it, and only where there is none: nobody sees a lock without its holder.
    const unfinished = join(folder, `attempt.${randomBytes(6).toString("hex")}.unfinished`);
    try {
      await mkdir(unfinished);
      await writeFile(join(unfinished, "holder.json"), text);
      await rename(unfinished, lock);
    } catch (error) {
      await rm(unfinished, { recursive: true, force: true });
      // Somebody else was faster.
      if (existsSync(lock)) return RunLock.#take(folder, options);
      throw error;
    }
    for (const dead of before) await rm(lockOf(folder, dead), { recursive: true, force: true });
    for (const name of await readdir(folder)) {
      if (UNFINISHED.test(name)) await rm(join(folder, name), { recursive: true, force: true });
    }
    return new RunLock(folder, last + 1, text);
  }

  /** @throws Error when the folder is gone, or is somebody else's by now: nothing may be written there */
  async check(): Promise<void> {
    const folder = this.#folder;
    if (!existsSync(folder)) {
      throw new Error(
        `${folder} is gone: it was removed or renamed while it was being trained. Nothing more is written`,
      );
    }
    const text = await textOf(lockOf(folder, this.#attempt));
    const last = await lastIn(folder);
    if (text === this.#text && last === this.#attempt) return;
    const other = await holderOf(lockOf(folder, last));
    const why = other ? `process ${other.process} on ${other.host} trains there now` : "its lock was removed";
    throw new HeldError(
      `${folder} is no longer this process's: ${why}. Attempt ${this.#attempt} ends and writes nothing more`,
    );
  }

  /** Leaves the folder to others. Somebody else's lock stays. */
  async release(): Promise<void> {
    const lock = lockOf(this.#folder, this.#attempt);
    if ((await textOf(lock)) === this.#text) await rm(lock, { recursive: true, force: true });
  }
}
