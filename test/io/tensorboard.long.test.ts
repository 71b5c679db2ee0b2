/** What TensorBoard's own reader, and its plugin for hyperparameters, make of the events of an interrupted training. */

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { EventWriter } from "../../src/io/tensorboard/event-writer.js";

/** The first Python that has TensorBoard, which Debian has not. */
const python = [process.env.PYTHON, "python3", "/usr/bin/python3"].find(
  (name) => name && spawnSync(name, ["-c", "import tensorboard"]).status === 0,
);

const folder = mkdtempSync(join(tmpdir(), "torchlet-events-"));
afterAll(() => rmSync(folder, { recursive: true }));

const PROGRAM = `
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import plugin_data_pb2

events = EventAccumulator(sys.argv[1], purge_orphaned_data=True)
events.Reload()
image = events.Images("picture")[0]
hparams = plugin_data_pb2.HParamsPluginData.FromString(
    events.summary_metadata["_hparams_/session_start_info"].plugin_data.content
)
end = plugin_data_pb2.HParamsPluginData.FromString(
    events.summary_metadata["_hparams_/session_end_info"].plugin_data.content
)
values = {name: getattr(v, v.WhichOneof("kind")) for name, v in hparams.session_start_info.hparams.items()}
print(json.dumps({
    "loss": [[e.step, e.value] for e in events.Scalars("loss/train")],
    "image": [image.step, image.width, image.height, image.encoded_image_string.decode()],
    "hparams": values,
    "status": end.session_end_info.status,
}))
`;

it.skipIf(!python)("are curves, pictures and options (skipped where no python3 has tensorboard)", () => {
  const first = new EventWriter(folder);
  first.hparams({ lr: 0.5, net: "net1", strict: true });
  for (const step of [1, 2, 3]) first.scalars(step, { "loss/train": step / 4 });
  first.close();
  const second = new EventWriter(folder, { purgeStep: 3 });
  second.scalars(3, { "loss/train": 0.5 });
  second.images(3, [{ tag: "picture", width: 3, height: 2, png: new TextEncoder().encode("bytes"), description: "" }]);
  second.success();
  second.close();
  const said = execFileSync(python!, ["-c", PROGRAM, folder], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  expect(JSON.parse(said)).toEqual({
    loss: [
      [1, 0.25],
      [2, 0.5],
      [3, 0.5],
    ],
    image: [3, 3, 2, "bytes"],
    hparams: { lr: 0.5, net: "net1", strict: true },
    status: 1,
  });
});
