/** torchlet report: everything about a run, or about a sweep, on one page. */

import { Command } from "commander";
import { print } from "./print.js";
import { terminalStages } from "./stages.js";

export function reportCommand(): Command {
  return new Command("report")
    .description(
      "write a page about a run into its folder: how good the net is, its mistakes, the training, the photographs; or about " +
        "a sweep: which setting does best",
    )
    .argument("<RUN>", "the run folder, or the folder of a sweep")
    .option("--data <DIR>", "the folder of photographs (default: the one the net was trained on)")
    .action(async (run: string, { data }: { data?: string }) => {
      const { SweepFolder } = await import("../run/sweep-folder.js");
      const write = SweepFolder.exists(run)
        ? (await import("../report/sweep-report.js")).writeSweepReport
        : (await import("../report/run-report.js")).writeReport;
      const { onProgress } = (await import("../train/progress.js")).consoleProgress();
      const { onStage, end } = terminalStages();
      const file = await write(run, { data, onProgress, onStage }).finally(end);
      print(file);
    });
}
