/**
 * Stryker's runner for vitest, made several times as quick: one thread stays and has one fault after another. Stryker's own
 * loads everything anew for each file of tests and each fault, which takes longer than the tests. What a thread with a past
 * says is not simply believed: a fault is caught if the test that failed passes again without it, and one survives only if
 * it does so in a thread of its own.
 *
 * Only the faults that were drawn are run, every STEPth, from the FIRSTth on. The others are reported as errors of the
 * runner, which count for nothing.
 */

import { relative } from "node:path";
import { declareFactoryPlugin, PluginKind, tokens } from "@stryker-mutator/api/plugin";
import { strykerPlugins as vitestPlugins } from "@stryker-mutator/vitest-runner";
import { endThread, isWarm, WarmWorker } from "./warm-worker.js";

/** What the tests of a fault may take together, beyond the quickest. */
const BUDGET_MS = 10_000;
/** What has not ended after this and three times what its tests take is endless. */
const PATIENCE_MS = 15_000;

/** Whether a fault is one of those drawn. Stryker numbers them as they stand in the source. */
export const isDrawn = ({ id }, draw) => Number(id) % draw.step === draw.first;

const testsOf = (task) => (task.type === "test" ? [task] : task.tasks.flatMap(testsOf));

/** Errors of a file or suite itself: while it is loaded, and of its hooks. */
const errorsOf = (task) =>
  task.type === "test" ? [] : [...(task.result?.errors ?? []), ...task.tasks.flatMap(errorsOf)];

/** As Stryker names a test: its file, and its own name behind those of its suites. */
function nameOf(test) {
  const names = [test.name];
  for (let { suite } = test; suite; suite = suite.suite) names.unshift(suite.name);
  return `${relative(process.cwd(), test.file.filepath)}#${names.join(" ").trim()}`;
}

class WarmRunner {
  #runner;
  #draw = JSON.parse(process.env.DRAW);
  /** Of each test, by the name that Stryker gives it: its file, what vitest calls it, and what it takes. */
  #tests = new Map();

  constructor(runner) {
    this.#runner = runner;
  }

  capabilities() {
    return this.#runner.capabilities();
  }

  init() {
    return this.#runner.init();
  }

  async dispose() {
    await endThread();
    await this.#runner.dispose();
  }

  /** All tests, with no fault and the usual threads: which of them come by which fault, and what they take. */
  async dryRun(options) {
    const result = await this.#runner.dryRun(options);
    for (const test of this.#runner.ctx.state.getFiles().flatMap(testsOf)) {
      const { ids, ms } = this.#tests.get(nameOf(test)) ?? { ids: [], ms: 0 };
      const entry = { file: test.file.filepath, ids: [...ids, test.id], ms: ms + (test.result?.duration ?? 0) };
      this.#tests.set(nameOf(test), entry);
    }
    const poolRunner = { name: "warm", createPoolWorker: (options) => new WarmWorker(options) };
    Object.assign(this.#runner.ctx.projects[0].config, { isolate: false, pool: "warm", poolRunner });
    return result;
  }

  async mutantRun({ activeMutant, hitLimit, testFilter }) {
    if (!isDrawn(activeMutant, this.#draw)) return { status: "error", errorMessage: "not drawn" };
    const tests = this.#affordable(testFilter);
    const hadPast = isWarm();
    let run = await this.#run(tests, activeMutant.id, hitLimit);
    if (hadPast && !run.isEndless && !(await this.#passAgain(run.failed))) {
      await endThread();
      run = await this.#run(tests, activeMutant.id, hitLimit);
    }
    if (run.isEndless) {
      await endThread();
      return { status: "timeout" };
    }
    if (run.message === undefined) return { status: "survived", nrOfTests: tests.length };
    return { status: "killed", killedBy: run.failed, failureMessage: run.message, nrOfTests: tests.length };
  }

  /** Whether there are tests that failed, and they pass without the fault. */
  async #passAgain(failed) {
    if (failed.length === 0) return false;
    const { message } = await this.#run(failed.map((name) => this.#tests.get(name)));
    return message === undefined;
  }

  /** Of the tests that come by a fault, as many as there is time for, the quick ones first. */
  #affordable(names) {
    const tests = names.map((name) => this.#tests.get(name)).sort((a, b) => a.ms - b.ms);
    let spent = 0;
    return tests.filter(({ ms }, i) => {
      spent += ms;
      return i === 0 || spent <= BUDGET_MS;
    });
  }

  /** Runs tests up to the first that fails, with a fault or with none. */
  async #run(tests, fault, hitLimit) {
    const { ctx } = this.#runner;
    const provided = { mode: "mutant", mutantActivation: "runtime", activeMutant: fault, hitLimit };
    for (const [name, value] of Object.entries(provided)) ctx.provide(name, value);
    ctx.state.filesMap.clear();
    const files = [...new Set(tests.map(({ file }) => file))];
    const specifications = files.map((file) => {
      const testIds = tests.filter((test) => test.file === file).flatMap(({ ids }) => ids);
      return ctx.projects[0].createSpecification(file, { testIds });
    });

    const usual = tests.reduce((sum, { ms }) => sum + ms, 0);
    let isEndless = false;
    const giveUp = () => {
      isEndless = true;
      endThread();
    };
    const patience = setTimeout(giveUp, PATIENCE_MS + 3 * usual);
    await ctx.runTestSpecifications(specifications);
    clearTimeout(patience);

    const ran = ctx.state.getFiles();
    const hits = ran.reduce((sum, { meta }) => sum + (meta.hitCount ?? 0), 0);
    const failed = ran.flatMap(testsOf).filter(({ result }) => result?.state === "fail");
    const errors = [...failed.flatMap(({ result }) => result.errors), ...ran.flatMap(errorsOf), ...ctx.state.errorsSet];
    return {
      isEndless: isEndless || hits > hitLimit,
      failed: failed.map(nameOf),
      message: errors.length > 0 ? String(errors[0].message) : undefined,
    };
  }
}

function warmRunner(injector) {
  return new WarmRunner(vitestPlugins[0].factory(injector));
}
warmRunner.inject = tokens("$injector");

export const strykerPlugins = [declareFactoryPlugin(PluginKind.TestRunner, "warm", warmRunner)];
