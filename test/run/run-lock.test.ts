/** Who may train in a run folder: one process, and none that was overtaken. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { trainConfig } from "../../src/run/config.js";
import { RunFolder } from "../../src/run/run-folder.js";
import { checkUnlocked, HeldError, RunLock } from "../../src/run/run-lock.js";

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
  expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
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
