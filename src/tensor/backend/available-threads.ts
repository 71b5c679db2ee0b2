/** How many threads run at once here: the machine's, or what a container leaves of them. */

/** The text of a file, or undefined where there is no such file. */
export type ReadText = (path: string) => string | undefined;

/** Where the kernel keeps limits: in one tree (cgroup v2), or in one tree for each kind of limit (v1). */
const ROOT = "/sys/fs/cgroup";

/** "max 100000" or "50000 100000": microseconds of processor time, of one processor, in each period. */
function cpus(quota: string, period: string): number {
  const share = Number(quota) / Number(period);
  return share > 0 ? share : Infinity;
}

function limitOf(read: ReadText, group: string): number {
  const [quota = "max", period = ""] = read(`${ROOT}${group}/cpu.max`)?.trim().split(" ") ?? [];
  const old = (name: string) => read(`${ROOT}/cpu${group}/cpu.${name}`)?.trim() ?? "";
  return Math.min(cpus(quota, period), cpus(old("cfs_quota_us"), old("cfs_period_us")));
}

/**
 * Processors that Linux gives to this process' control group, and so to a container; Infinity where there is no limit.
 * A group has no more than those that it is in. Within a container, the tree begins at the container's own group.
 * @see https://docs.kernel.org/admin-guide/cgroup-v2.html, cpu.max
 */
export function cpuLimit(read: ReadText): number {
  const groups = (read("/proc/self/cgroup") ?? "")
    .split("\n")
    .filter((line) => line.startsWith("0::") || /^\d+:([^:]*,)?cpu[,:]/.test(line))
    .map((line) => line.slice(line.indexOf("/")));
  const limits = groups.flatMap((group) => {
    const names = group.split("/").filter((name) => name !== "");
    return names.map((_, depth) => limitOf(read, `/${names.slice(0, depth + 1).join("/")}`));
  });
  return Math.min(limitOf(read, ""), ...limits);
}

/** What the machine runs at once, as far as Node or the browser tells; Node knows of affinity, but not of quotas. */
export function availableThreads(): number {
  const modules = typeof process === "object" ? process.getBuiltinModule : undefined;
  if (!modules) return globalThis.navigator?.hardwareConcurrency ?? 1;
  const { readFileSync } = modules("node:fs");
  const read: ReadText = (path) => {
    try {
      return readFileSync(path, "utf8");
    } catch {
      return undefined;
    }
  };
  return Math.min(modules("node:os").availableParallelism(), Math.ceil(cpuLimit(read)));
}
