/** Who may train in a run folder: one process, and none that was overtaken. */

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { trainConfig } from "../../src/run/config.js";
import { RunFolder } from "../../src/run/run-folder.js";
import { checkUnlocked, HeldError, RunLock } from "../../src/run/run-lock.js";

/** What a system may be like. */
const system = vi.hoisted(() => ({ hasProc: true, isFull: false }));

vi.mock("node:fs", async (original) => {
  const own = await original<typeof import("node:fs")>();
  return {
    ...own,
    existsSync: (path: string) => (system.hasProc || path !== "/proc/self/stat") && own.existsSync(path),
  };
});

vi.mock("node:fs/promises", async (original) => {
  const own = await original<typeof import("node:fs/promises")>();
  const full = Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC", syscall: "write" });
  return {
    ...own,
    writeFile: (...given: Parameters<typeof own.writeFile>) =>
      system.isFull ? Promise.reject(full) : own.writeFile(...given),
  };
});

afterEach(() => {
  Object.assign(system, { hasProc: true, isFull: false });
  vi.restoreAllMocks();
});

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "torchlet-"));
});
afterAll(() => rm(root, { recursive: true }));

const folder = () => mkdtemp(join(root, "run-"));

/** Changes what a lock says of its holder. */
async function edit(path: string, changes: Record<string, unknown>): Promise<void> {
  const file = join(path, "attempt-1.lock/holder.json");
  await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, "utf8")), ...changes }));
}

it("one takes it, the next is refused until that one lets go", async () => {
  const path = await folder();
  const lock = await RunLock.take(path);
  const message = `${path} is being trained by process ${process.pid} on ${hostname()}, since 20`;
  await expect(RunLock.take(path)).rejects.toThrow(message);
  await expect(checkUnlocked(path)).rejects.toThrow(message);
  await lock.check();
  await lock.release();
  expect(await readdir(path)).toEqual([]);
  await checkUnlocked(path);
  await (await RunLock.take(path)).check();
});

it("of twenty who take it at once, one gets it", async () => {
  const path = await folder();
  const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => RunLock.take(path)));
  const refused = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
  expect(refused).toHaveLength(19);
  for (const error of refused) expect(error).toBeInstanceOf(HeldError);
  expect(await readdir(path)).toEqual(["attempt-1.lock"]);
});

it("a process that was killed holds nothing, and one that has its number by now neither", async () => {
  const path = await folder();
  const module = new URL("../../src/run/run-lock.ts", import.meta.url).href;
  const program = `
    await (await import(${JSON.stringify(module)})).RunLock.take(${JSON.stringify(path)});
    console.log("taken");
    setInterval(() => {}, 1000);
  `;
  const args = ["--import", import.meta.resolve("tsx"), "--input-type=module", "--eval", program];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  await expect(RunLock.take(path)).rejects.toThrow(`is being trained by process ${child.pid} on`);
  child.kill("SIGKILL");
  await once(child, "exit");
  await (await RunLock.take(path)).check();
  expect(await readdir(path)).toEqual(["attempt-2.lock"]);

  const reused = await folder();
  await RunLock.take(reused);
  await edit(reused, { started: "some time ago" });
  await (await RunLock.take(reused)).check();
});

describe("a process that still runs", () => {
  it.each(["darwin", "win32"])(
    "is told without /proc by its number, and by its start where the system says it: %s",
    async (platform) => {
      system.hasProc = false;
      vi.spyOn(process, "platform", "get").mockReturnValue(platform as NodeJS.Platform);
      const [held, reused, dead] = [await folder(), await folder(), await folder()];
      await RunLock.take(held);
      await expect(RunLock.take(held)).rejects.toThrow(HeldError);
      const started = JSON.parse(await readFile(join(held, "attempt-1.lock/holder.json"), "utf8")).started;
      // No ps, nothing said.
      const { stdout } = spawnSync("ps", ["-o", "lstart=", "-p", String(process.pid)], { encoding: "utf8" });
      expect(started).toBe(platform === "win32" ? "" : (stdout ?? "").trim());
      await RunLock.take(reused);
      await edit(reused, { started: "some time ago" });
      await (await RunLock.take(reused)).check();
      await RunLock.take(dead);
      await edit(dead, { process: 2 ** 22 + 1, started: "" });
      await (await RunLock.take(dead)).check();
    },
  );

  it("may be somebody else's, whom it cannot be asked", async () => {
    const path = await folder();
    await RunLock.take(path);
    vi.spyOn(process, "kill").mockImplementation(() => {
      throw Object.assign(new Error("kill EPERM"), { code: "EPERM" });
    });
    await expect(RunLock.take(path)).rejects.toThrow(HeldError);
  });
});

it.skipIf(!existsSync("/proc/self/stat"))(
  "a process that has ended holds nothing, though nobody has asked for it yet",
  async () => {
    const path = await folder();
    await RunLock.take(path);
    // The shell becomes another program, which asks for no children.
    const child = spawn("sh", ["-c", "sleep 0 & echo $!; exec sleep 60"], { stdio: ["ignore", "pipe", "inherit"] });
    onTestFinished(() => void child.kill());
    const pid = Number((await once(child.stdout, "data"))[0]);
    const fields = async () => (await readFile(`/proc/${pid}/stat`, "utf8")).split(" ");
    await vi.waitUntil(async () => (await fields())[2] === "Z");
    await edit(path, { process: pid, started: (await fields())[21] });
    await (await RunLock.take(path)).check();
  },
);

it("a disk that is full is told, and nothing is left there", async () => {
  const path = await folder();
  system.isFull = true;
  await expect(RunLock.take(path)).rejects.toThrow(
    `${path}: it could not be locked: the disk is full (ENOSPC). Nothing of the run was changed`,
  );
  expect(await readdir(path)).toEqual([]);
});

it("of a process on another host, it says how to decide", async () => {
  const path = await folder();
  await RunLock.take(path);
  await edit(path, { host: "elsewhere", process: 12 });
  await expect(RunLock.take(path)).rejects.toThrow(`${path} is being trained by process 12 on elsewhere, since 20`);
  const lock = join(path, "attempt-1.lock");
  await expect(RunLock.take(path)).rejects.toThrow(`cannot be seen from ${hostname()}: if it does not, remove ${lock}`);
  await writeFile(join(lock, "holder.json"), "{");
  await expect(RunLock.take(path)).rejects.toThrow(`${lock}/holder.json: it is damaged`);
});

it("of a process on another host, it is taken over by who knows that this has ended; the other finds out", async () => {
  const path = await folder();
  const elsewhere = await RunLock.take(path);
  await edit(path, { host: "elsewhere", process: 12 });
  const lock = await RunLock.take(path, { takeOver: true });
  await lock.check();
  await expect(elsewhere.check()).rejects.toThrow("is no longer this process's");
  // One of this host that lives is no matter of belief.
  await expect(RunLock.take(path, { takeOver: true })).rejects.toThrow(HeldError);
});

it("whoever was overtaken, or finds nothing where the folder was, may write no more", async () => {
  const path = await folder();
  const first = await RunLock.take(path);
  await edit(path, { started: "some time ago" });
  const second = await RunLock.take(path);
  await expect(first.check()).rejects.toThrow(
    `${path} is no longer this process's: process ${process.pid} on ${hostname()} trains there now. Attempt 1 ends`,
  );
  await first.release();
  await second.check();
  await rm(join(path, "attempt-2.lock"), { recursive: true });
  await expect(second.check()).rejects.toThrow("its lock was removed. Attempt 2 ends and writes nothing more");
  await rename(path, `${path}-moved`);
  await expect(second.check()).rejects.toThrow(`${path} is gone: it was removed or renamed`);
  await mkdir(path);
  await expect(second.check()).rejects.toThrow("its lock was removed");
});

it("attempts are counted as numbers, among a run's own files, and what dead ones left is cleared away", async () => {
  const path = await folder();
  await writeFile(join(path, "config.json"), "{}");
  await RunLock.take(path);
  await edit(path, { started: "some time ago" });
  for (const attempt of [9, 10])
    await cp(join(path, "attempt-1.lock"), join(path, `attempt-${attempt}.lock`), { recursive: true });
  await mkdir(join(path, "attempt.0123456789ab.unfinished"));
  await (await RunLock.take(path)).check();
  expect((await readdir(path)).sort()).toEqual(["attempt-11.lock", "config.json"]);
  expect(JSON.parse(await readFile(join(path, "attempt-11.lock/holder.json"), "utf8"))).toMatchObject({ attempt: 11 });
});

it("a lock is its holder's by what it says and by its number, and nobody else lets it go", async () => {
  const path = await folder();
  const lock = await RunLock.take(path);
  await cp(join(path, "attempt-1.lock"), join(path, "attempt-2.lock"), { recursive: true });
  await expect(lock.check()).rejects.toThrow("trains there now. Attempt 1 ends");
  await rm(join(path, "attempt-2.lock"), { recursive: true });
  await lock.check();
  await edit(path, { process: 12 });
  await expect(lock.check()).rejects.toThrow(`process 12 on ${hostname()} trains there now. Attempt 1 ends`);
  await lock.release();
  expect(await readdir(path)).toEqual(["attempt-1.lock"]);
});

it("a lock that says nothing of a holder is nobody's, and a later attempt all the same", async () => {
  const [path, later] = [await folder(), await folder()];
  await mkdir(join(path, "attempt-1.lock"));
  await checkUnlocked(path);
  await (await RunLock.take(path)).check();
  expect(await readdir(path)).toEqual(["attempt-2.lock"]);
  const lock = await RunLock.take(later);
  await mkdir(join(later, "attempt-2.lock"));
  await expect(lock.check()).rejects.toThrow(`${later} is no longer this process's`);
});

it("is looked at before a file is written, and again before that takes the place of what was there", async () => {
  const path = await folder();
  await writeFile(join(path, "config.json"), JSON.stringify(trainConfig({ data: "faces" })));
  const lock = await RunLock.take(path);
  const run = (await RunFolder.open(path)).heldBy(lock);
  vi.spyOn(lock, "check").mockResolvedValueOnce().mockRejectedValueOnce(new HeldError("overtaken meanwhile"));
  await expect(run.writeMetrics([])).rejects.toThrow("overtaken meanwhile");
  expect((await readdir(path)).sort()).toEqual(["attempt-1.lock", "config.json"]);
  await run.writeMetrics([]);
  expect(await readdir(path)).toContain("metrics.jsonl");
});
