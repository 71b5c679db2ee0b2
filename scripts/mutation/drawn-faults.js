/**
 * Stryker's runner for vitest, which runs the tests only for the faults that were drawn: every STEPth, from the FIRSTth on.
 * The others are reported as errors of the runner, which count for nothing.
 */

import { declareFactoryPlugin, PluginKind, tokens } from "@stryker-mutator/api/plugin";
import { strykerPlugins as vitestPlugins } from "@stryker-mutator/vitest-runner";

/** Whether a fault is one of those drawn. Stryker numbers them as they stand in the source. */
export const isDrawn = ({ id }, draw) => Number(id) % draw.step === draw.first;

function drawnFaultsRunner(injector) {
  const draw = JSON.parse(process.env.DRAW);
  const runner = vitestPlugins[0].factory(injector);
  const mutantRun = runner.mutantRun.bind(runner);
  runner.mutantRun = async (run) =>
    isDrawn(run.activeMutant, draw) ? mutantRun(run) : { status: "error", errorMessage: "not drawn" };
  return runner;
}
drawnFaultsRunner.inject = tokens("$injector");

export const strykerPlugins = [declareFactoryPlugin(PluginKind.TestRunner, "drawn faults", drawnFaultsRunner)];
