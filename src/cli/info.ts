/** torchlet info: which backends there are, what they run on, and whether every one of their kernels is right. */

import { Argument, Command } from "commander";
import { currentBackend } from "../tensor/backend/current-backend.js";
import { type BackendName, backends, useBackend } from "../tensor/backend/registry.js";
import { type KernelCheck, selfCheck, TOLERANCE } from "../tensor/self-check.js";
import { print } from "./print.js";

/** What is said of a backend that runs here. */
interface Inspection {
  readonly device: string;
  readonly checks: readonly KernelCheck[];
}

/** @returns the reason where the backend cannot run here */
async function inspect(name: BackendName): Promise<Inspection | Error> {
  try {
    await useBackend(name);
  } catch (error) {
    return error as Error;
  }
  const backend = currentBackend();
  return { device: backend.device, checks: await selfCheck(backend) };
}

/** What is wrong with a kernel, in words; nothing where it is right. */
function complaint({ kernel, outcome }: KernelCheck): string[] {
  if (outcome instanceof Error) return [`${kernel}: ${outcome.message}`];
  return outcome <= TOLERANCE ? [] : [`${kernel}: off by ${outcome.toExponential(1)}`];
}

function describe(inspection: Inspection | Error): string[] {
  if (inspection instanceof Error) return [`not here: ${inspection.message}`];
  const { device, checks } = inspection;
  const wrong = checks.flatMap(complaint);
  const worst = Math.max(...checks.map(({ outcome }) => Number(outcome)));
  const verdict =
    wrong.length === 0
      ? [`all ${checks.length} kernels right, error at most ${worst.toExponential(1)}`]
      : [`${wrong.length} of ${checks.length} kernels WRONG`, ...wrong.map((line) => `  ${line}`)];
  return [device, ...verdict];
}

async function info(names: readonly BackendName[]): Promise<void> {
  print(`"auto" picks ${await useBackend("auto")} here.\n`);
  for (const name of names) {
    const inspection = await inspect(name);
    print([name, ...describe(inspection).map((line) => `  ${line}`)].join("\n"));
    if (!(inspection instanceof Error) && inspection.checks.some((check) => complaint(check).length > 0)) {
      process.exitCode = 1;
    }
  }
}

export function infoCommand(): Command {
  return new Command("info")
    .description("show which backends (the processor, GPUs) work on this machine, and check their results")
    .addArgument(new Argument("[backends...]", "those to show (default: all)").choices(backends()))
    .action((names: BackendName[]) => info(names.length > 0 ? names : backends()));
}
