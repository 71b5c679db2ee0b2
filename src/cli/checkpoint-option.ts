/** --checkpoint: which of a run's weights a command takes. */

import { Option } from "commander";

export function checkpointOption(): Option {
  return new Option("--checkpoint <NAME>", "of the best epoch, or the last one saved")
    .choices(["best", "last"])
    .default("best");
}
