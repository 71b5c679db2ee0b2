/** torchlet export: a run's net as a file for other programs. */

import { join } from "node:path";
import { Command, Option } from "commander";
import { NEWEST_OPSET, OLDEST_OPSET } from "../io/onnx/opset.js";
import { checkWritable } from "../run/check-writable.js";
import { flagOf } from "../run/config.js";
import type { CheckpointName, RunFolder } from "../run/run-folder.js";
import { checkpointOption } from "./checkpoint-option.js";
import { print } from "./print.js";

type Format = "onnx" | "safetensors";

interface ExportFlags {
  format: Format;
  out?: string;
  checkpoint: CheckpointName;
  foldBatchNorm?: boolean;
  opset?: string;
}

const OPSETS = Array.from({ length: NEWEST_OPSET - OLDEST_OPSET + 1 }, (_, i) => String(OLDEST_OPSET + i));

/** What whoever uses the net has to know of its input and output; docs/training.md says it in words. */
async function describeRun(run: RunFolder): Promise<Record<string, string>> {
  const { net, size } = run.config;
  const { classes } = await run.data();
  return {
    net,
    classes: JSON.stringify(classes),
    size: String(size),
    resize: "stretched, bilinear with anti-aliasing",
    channels: "RGB",
    scale: String(1 / 255),
    output: "log-probabilities",
  };
}

async function exportRun(path: string, flags: ExportFlags): Promise<void> {
  const { format, out, checkpoint, foldBatchNorm, opset } = flags;
  const { RunFolder } = await import("../run/run-folder.js");
  for (const name of ["foldBatchNorm", "opset"] as const) {
    if (flags[name] && format !== "onnx") throw new Error(`${flagOf(name)} is for onnx, the format is ${format}`);
  }
  const run = await RunFolder.open(path);
  const file = out ?? join(path, `model.${format}`);
  const { checkApart } = await import("../run/apart.js");
  checkApart("--out", file, run.config);
  RunFolder.checkNotOwn(file);
  await checkWritable(file);
  const model = await run.loadModel(checkpoint);
  const metadata = await describeRun(run);
  if (format === "safetensors") {
    const { saveSafetensors } = await import("../io/safetensors/file.js");
    await saveSafetensors(file, model.stateDict(), metadata);
  } else {
    const { exportOnnx } = await import("../io/onnx/export.js");
    const { writeAtomically } = await import("../io/atomic-file.js");
    const inputShape = [3, run.config.size, run.config.size];
    const options = { inputShape, foldBatchNorm, opset: opset === undefined ? undefined : Number(opset), metadata };
    await writeAtomically(file, await exportOnnx(model, options));
  }
  print(file);
}

export function exportCommand(): Command {
  return new Command("export")
    .description("save a run's net for other programs: ONNX Runtime, or PyTorch and those that use this library")
    .argument("<RUN>", "the run that trained the net")
    .addOption(
      new Option("--format <NAME>", "onnx: the whole net; safetensors: its weights")
        .choices(["onnx", "safetensors"])
        .makeOptionMandatory(),
    )
    .option("--out <FILE>", "where to (default: RUN/model.onnx or RUN/model.safetensors)")
    .addOption(checkpointOption())
    .option("--fold-batch-norm", "onnx: give each batch norm to the convolution before it")
    .addOption(
      new Option("--opset <N>", "onnx: the version of its operators (default: the lowest that the net needs)").choices(
        OPSETS,
      ),
    )
    .action(exportRun);
}
