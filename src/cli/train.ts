/** torchlet train: from a folder of photographs to a trained net, in a run folder. */

import { readFile } from "node:fs/promises";
import { Command, Option } from "commander";
import { FileError, inFile, onFile } from "../file-error.js";
import { nets } from "../nets/named.js";
import {
  flagOf,
  optionGroups,
  RESUMABLE,
  type TrainConfig,
  type TrainOption,
  trainConfig,
  trainOptions,
  withAbsolutePaths,
} from "../run/config.js";
import { whole } from "../run/option-kinds.js";
import { type RecipeName, recipes } from "../run/recipes.js";
import type { RunEvent, RunHooks } from "../run/run.js";
import { asArgument, count, inColumns } from "../text.js";
import { Interruption, onInterruptions } from "./interruptions.js";
import { endAs, LostOutput } from "./lost-output.js";
import { optionOf } from "./option-of.js";
import { printError } from "./print.js";

/** Flags that are no options of the run. */
interface OtherFlags {
  out?: string;
  orResume?: boolean;
  resume?: string;
  until?: number;
  config?: string;
  recipe?: RecipeName;
  findLr?: string;
  /** True where no folder was named. */
  tensorboard?: string | true;
  json?: boolean;
}

function flagsOf([name, { placeholder, values, description, default: standard, otherwise, only }]: [
  string,
  TrainOption<unknown>,
]): Option[] {
  const flag = flagOf(name);
  const notes = [
    values?.join(", "),
    only && `with ${flagOf(only.with)} ${only.of.join(" or ")}`,
    placeholder && `default: ${otherwise ?? standard}`,
  ].filter(Boolean);
  const text = notes.length > 0 ? `${description} (${notes.join("; ")})` : description;
  if (placeholder) return [new Option(`${flag} <${placeholder}>`, text)];
  return [new Option(flag, text), new Option(flag.replace("--", "--no-")).hideHelp()];
}

/** The options that were given as flags, as a config file would have them. */
function givenFlags(flags: Record<string, unknown>): Record<string, unknown> {
  const given = Object.entries<TrainOption<unknown>>(trainOptions).filter(([name]) => flags[name] !== undefined);
  return Object.fromEntries(
    given.map(([name, { fromText }]) => {
      const value = flags[name];
      return [name, typeof value === "string" ? fromText(value) : value];
    }),
  );
}

async function readConfig(path: string): Promise<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(await onFile(path, "read", () => readFile(path, "utf8")));
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error("expected a JSON object");
    return value as Record<string, unknown>;
  } catch (error) {
    throw inFile(path, error);
  }
}

/** A new run's options: of the recipe, overridden by those of the file, and these by those of the command line. */
async function newConfig(data: string | undefined, flags: OtherFlags & Record<string, unknown>): Promise<TrainConfig> {
  const recipe = flags.recipe === undefined ? {} : recipes[flags.recipe];
  const file = flags.config === undefined ? {} : await readConfig(flags.config);
  const given = givenFlags(flags);
  const folder = data ?? file.data;
  if (folder === undefined) {
    const { tensorboard } = flags;
    const taken = typeof tensorboard === "string" ? ` (${tensorboard} is --tensorboard's: give DIR before it)` : "";
    throw new Error(`which photographs? Name their folder: torchlet train DIR${taken}`);
  }
  return trainConfig(withAbsolutePaths({ ...recipe, ...file, ...given, data: folder }), (field) => {
    if (field in given) return flagOf(field);
    if (field in file) return `${flags.config}: ${field}`;
    return field in recipe ? `--recipe ${flags.recipe}: ${field}` : flagOf(field);
  });
}

function changesOnResume(data: string | undefined, flags: OtherFlags & Record<string, unknown>) {
  const given = givenFlags(flags);
  const mayChange = (name: string) => RESUMABLE.some((known) => known === name);
  const refused = [
    ...(["out", "orResume", "config", "recipe", "findLr"] as const).filter((name) => flags[name] !== undefined),
    ...Object.keys(given),
  ]
    .filter((name) => !mayChange(name))
    .map(flagOf);
  if (refused.length > 0) {
    const allowed = RESUMABLE.map((name) => (name === "data" ? "DIR" : flagOf(name))).join(", ");
    throw new Error(`${refused.join(", ")}: cannot change with --resume; ${allowed} can`);
  }
  return withAbsolutePaths(data === undefined ? given : { ...given, data });
}

function newFolder(net: string): string {
  const time = new Date().toISOString().slice(0, 19).replaceAll(":", "-");
  return `runs/${net}-${time}`;
}

/** What to do when the numbers have become too large. */
const AFTER_NAN =
  "What the run had saved is from before that, and going on from there comes to the same: begin a new one with a " +
  "smaller --lr, or with --clip-norm 1.";

function goingOn(run: string): string {
  return `npx torchlet train --resume ${asArgument(run)}`;
}

/** @throws Error when flags are given that say nothing together */
function checkTogether({ out, orResume, resume, until, findLr, tensorboard }: OtherFlags): void {
  if (orResume && (out ?? resume) === undefined)
    throw new Error("--or-resume: of which run? Name its folder with --out");
  if (findLr === undefined) return;
  if (orResume || until !== undefined)
    throw new Error(`${orResume ? "--or-resume" : "--until"}: --find-lr makes no run`);
  if (tensorboard !== undefined) throw new Error("--tensorboard: --find-lr makes no run");
}

async function boardOptions(given: string | true): Promise<RunHooks["board"]> {
  const { boardImages } = await import("../report/board-images.js");
  return { folder: given === true ? undefined : given, draw: boardImages };
}

async function train(data: string | undefined, flags: OtherFlags & Record<string, unknown>): Promise<void> {
  checkTogether(flags);
  const { json, out, resume, until, tensorboard } = flags;
  const config = resume === undefined ? await newConfig(data, flags) : undefined;
  const changes = resume === undefined ? {} : changesOnResume(data, flags);
  const { jsonOutput, textOutput } = await import("./train-output.js");
  const { resumeRun, startRun } = await import("../run/run.js");
  const { startOrResumeRun } = await import("../run/start-or-resume.js");
  const { BrokenLossError } = await import("../train/pass.js");
  const show = json ? jsonOutput() : textOutput();
  let begun: string | undefined;
  const onEvent = (event: RunEvent) => {
    if (event.event === "start") begun = event.run;
    show(event);
  };
  const board = tensorboard === undefined ? undefined : await boardOptions(tensorboard);
  const hooks: RunHooks = { onEvent, signal: onInterruptions(), until, board };
  try {
    if (resume !== undefined) await resumeRun(resume, changes, hooks);
    else if (config && flags.findLr !== undefined)
      await (await import("./find-lr.js")).findLr(flags.findLr, config, hooks);
    else if (config && out !== undefined && flags.orResume) await startOrResumeRun(out, config, hooks);
    else if (config) await startRun(out ?? newFolder(config.net), config, hooks, { numbered: !out });
  } catch (error) {
    if (error instanceof FileError && begun) {
      throw new FileError(
        error.path,
        `${error.problem}\nThe run is as it was last saved; go on with: ${goingOn(begun)}`,
        {
          cause: error,
        },
      );
    }
    if (error instanceof BrokenLossError) throw new Error(`${error.message}\n${AFTER_NAN}`, { cause: error });
    if (!(error instanceof Interruption || error instanceof LostOutput)) throw error;
    const run = begun ?? resume;
    const next = run
      ? `Everything is saved; go on with: ${goingOn(run)}`
      : "Training had not begun, and nothing was made.";
    const why = error instanceof LostOutput ? `Interrupted: ${error.message}.` : "Interrupted.";
    printError(`\n${why} ${next}`);
    endAs(error.exitCode);
  }
}

/** The nets as lines of the help. */
function describeNets(): string {
  const rows = Object.entries(nets).map(([name, { parameters, size, about }]) => [
    `  ${name}`,
    `${count(parameters)} parameters`,
    `${size}×${size} pixels`,
    about,
  ]);
  return `\nThe nets, all of them convolutional:\n${inColumns(rows, 4).join("\n")}`;
}

export function trainCommand(): Command {
  const command = new Command("train")
    .description("train a net on photographs")
    .argument(
      "[DIR]",
      "folder of photographs: with a folder in it for each class, or with labels at the end of their names (x_0.jpg, x_1.jpg)",
    )
    .optionsGroup("The run:")
    .option("--out <RUN>", "the run folder to make (default: runs/NET-TIME)")
    .option("--or-resume", "with --out: go on with the run in this folder, where there is one already")
    .option("--resume <RUN>", "go on with a run that was interrupted")
    .addOption(
      optionOf("--until", whole(1), "stop after epoch N; the learning rate is still planned for all of --epochs"),
    )
    .option("--config <FILE>", "options in JSON, named as in a run's config.json; flags override them")
    .addOption(
      new Option("--recipe <NAME>", "options that did well; --config and flags override them").choices(
        Object.keys(recipes),
      ),
    )
    .option("--find-lr <SVG>", "do not train, but try learning rates, and draw the loss at each of them into this file")
    .option("--tensorboard [DIR]", "write TensorBoard's event files, too (default: into the run folder)")
    .option("--json", "one line of JSON for each event");
  for (const [heading, names] of Object.entries(optionGroups)) {
    command.optionsGroup(heading);
    for (const option of names.flatMap((name) => flagsOf([name, trainOptions[name]]))) command.addOption(option);
  }
  return command.addHelpText("after", describeNets()).action(train);
}
