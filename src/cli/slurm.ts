/** slurmScript: the script of a Slurm job array that trains what a sweep has to do next. */

import { resolve } from "node:path";
import type { Job } from "../run/halving.js";
import { asArgument, plural } from "../text.js";

/** Seconds before the end of a job's time in which its trial saves and ends. */
const NOTICE = 120;

export interface SlurmOptions {
  /** The sweep file. */
  file: string;
  /** The sweep's folder. */
  runs: string;
  data?: string;
  /** Of each trial, on the wasm backend; others have none. */
  threads?: number;
}

/**
 * Each task is one call of `torchlet trial`, in place of the script's shell, so that Slurm's signal reaches it: it saves,
 * and the task that is requeued goes on; Slurm runs no task twice at a time, so what another node has left is taken over.
 * When all tasks are over, the next script has what is to be done then.
 */
export function slurmScript(jobs: readonly Job[], { file, runs, data, threads = 1 }: SlurmOptions): string {
  const [sweep, folder] = [file, runs].map((path) => asArgument(resolve(path)));
  const [{ until, trial }] = jobs;
  const own = trial.config.backend === "wasm" ? ` --threads "\${SLURM_CPUS_PER_TASK:-1}"` : "";
  const program = [process.execPath, process.argv[1]].map(asArgument).join(" ");
  const places = [`--runs ${folder}`, ...(data === undefined ? [] : [`--data ${asArgument(resolve(data))}`])];
  return `#!/bin/bash
# ${plural(jobs.length, "trial")} up to the end of epoch ${until}. When all tasks are over, submit what this prints then:
# ${program} sweep ${sweep} ${places.join(" ")} --print slurm
#SBATCH --job-name=torchlet
#SBATCH --array=0-${jobs.length - 1}
#SBATCH --cpus-per-task=${threads}
#SBATCH --requeue
#SBATCH --signal=B:TERM@${NOTICE}
trials=(
${jobs.map((job) => `  ${job.trial.id}`).join("\n")}
)
exec ${program} trial ${sweep} "\${trials[\${SLURM_ARRAY_TASK_ID:?sbatch sets it, for each task}]}" \\
  --until ${until} ${places.join(" ")}${own} --take-over
`;
}
