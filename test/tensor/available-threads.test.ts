/** How many threads a container lets run: by the files that Linux tells it in. */

import { afterEach, describe, expect, it, vi } from "vitest";
import { availableThreads, cpuLimit } from "../../src/tensor/backend/available-threads.js";

afterEach(() => vi.restoreAllMocks());

const max = "/sys/fs/cgroup/cpu.max";
const old = (quota: string) => ({
  "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": quota,
  "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
});

type Files = Record<string, string>;

describe("the limit of a control group", () => {
  it.each<[name: string, files: Files, limit: number]>([
    ["no files: not Linux", {}, Infinity],
    ["none", { [max]: "max 100000\n" }, Infinity],
    ["one processor", { [max]: "100000 100000\n" }, 1],
    ["half of one", { [max]: "50000 100000\n" }, 0.5],
    ["two and a half", { [max]: "125000 50000\n" }, 2.5],
    ["none, version 1", old("-1\n"), Infinity],
    ["one and a half, version 1", old("150000\n"), 1.5],
    ["a file that cannot be read as a quota", { [max]: "\n" }, Infinity],
    [
      "the group's own, outside of a container",
      {
        "/proc/self/cgroup": "0::/system.slice/train.service\n",
        "/sys/fs/cgroup/system.slice/train.service/cpu.max": "300000 100000\n",
      },
      3,
    ],
    [
      "that of the group around it",
      {
        "/proc/self/cgroup": "0::/system.slice/train.service\n",
        "/sys/fs/cgroup/system.slice/cpu.max": "200000 100000\n",
        "/sys/fs/cgroup/system.slice/train.service/cpu.max": "max 100000\n",
      },
      2,
    ],
    [
      "the group's own, version 1",
      {
        "/proc/self/cgroup": "5:cpuset:/other\n3:cpu,cpuacct:/job\n",
        "/sys/fs/cgroup/cpu/job/cpu.cfs_quota_us": "400000\n",
        "/sys/fs/cgroup/cpu/job/cpu.cfs_period_us": "100000\n",
        "/sys/fs/cgroup/cpu/other/cpu.cfs_quota_us": "100000\n",
        "/sys/fs/cgroup/cpu/other/cpu.cfs_period_us": "100000\n",
      },
      4,
    ],
    [
      "the container's own, whose group has another path outside",
      { "/proc/self/cgroup": "4:cpu:/docker/1f\n", ...old("100000\n") },
      1,
    ],
  ])("%s", (_, files, limit) => expect(cpuLimit((path) => files[path])).toBe(limit));
});

describe("the threads that run at once", () => {
  /** A machine with eight processors and these files. */
  function machine(files: Files): void {
    const find = process.getBuiltinModule;
    vi.spyOn(process, "getBuiltinModule").mockImplementation((id: string) => {
      if (id === "node:os") return { availableParallelism: () => 8 };
      if (id !== "node:fs") return find(id);
      const readFileSync = (path: string) => {
        if (path in files) return files[path];
        throw new Error(`ENOENT: no such file or directory, open '${path}'`);
      };
      return { readFileSync };
    });
  }

  it.each<[name: string, files: Files, threads: number]>([
    ["as many as the machine's without a limit", {}, 8],
    ["one in a container limited to one", { [max]: "100000 100000\n" }, 1],
    ["at least one", { [max]: "10000 100000\n" }, 1],
    ["rounded up", { [max]: "250000 100000\n" }, 3],
    ["no more than the machine's", { [max]: "1600000 100000\n" }, 8],
  ])("%s", (_, files, threads) => {
    machine(files);
    expect(availableThreads()).toBe(threads);
  });
});
