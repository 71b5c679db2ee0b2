/** torchlet report: everything about a run on one page. */

import { Command } from "commander";
import { print } from "./print.js";
import { terminalStages } from "./stages.js";

export function reportCommand(): Command {
  return new Command("report")
    .description("write report.html into a run folder: the photographs, the training, the figures, the mistakes")
    .argument("<RUN>", "the run folder")
    .option("--data <DIR>", "the folder of photographs (default: the one the net was trained on)")
    .action(async (run: string, { data }: { data?: string }) => {
      const { writeReport } = await import("../report/run-report.js");
      const { onProgress } = (await import("../train/progress.js")).consoleProgress();
      const { onStage, end } = terminalStages();
      const file = await writeReport(run, { data, onProgress, onStage }).finally(end);
      print(file);
    });
}
