/** torchlet report: everything about a run, or about a sweep, on one page. */

import { Command } from "commander";
import { print } from "./print.js";
import { terminalStages } from "./stages.js";

export function reportCommand(): Command {
  return new Command("report")
    .description(
      "write report.html into a run folder: the photographs, the training, the figures, the mistakes; or into a sweep's: " +
        "which setting does best, and whether that is more than chance",
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
