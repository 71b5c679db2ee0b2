/** torchlet compare: which of two runs is better, and whether that is more than chance. */

import { Command } from "commander";
import { print } from "./print.js";
import { terminalStages } from "./stages.js";

export function compareCommand(): Command {
  return new Command("compare")
    .description(
      "tell which of two runs is better, whether that is more than chance, and where they disagree, on a page",
    )
    .argument("<RUN>", "a run folder")
    .argument("<OTHER>", "another one, tested on the same photographs")
    .option("--data <DIR>", "the folder of photographs (default: for each, the one it was trained on)")
    .option("--out <DIR>", "the folder to write report.html to", "comparison")
    .action(async (run: string, other: string, { data, out }: { data?: string; out: string }) => {
      const { writeComparison } = await import("../report/comparison.js");
      const { onProgress } = (await import("../train/progress.js")).consoleProgress();
      const { onStage, end } = terminalStages();
      const options = { data, out, onProgress, onStage };
      const { file, lines } = await writeComparison(run, other, options).finally(end);
      print(lines.join("\n"));
      print(file);
    });
}
