/** recordStep: one step of training on four faces, as a tape. */

import { Adam, crossEntropy, manualSeed, recordTape } from "../../../src/index.js";
import { generatorStates, setGeneratorStates } from "../../../src/tensor/generator-states.js";
import type { RecordedStep } from "../protocol.js";
import { EASY } from "../settings.js";
import { FaceSet, SIZE } from "./faces.js";
import { netOf } from "./layers.js";

/** Two faces of each kind, among so many. */
const [EACH, AMONG] = [2, 16];

function fourOf({ labels }: FaceSet): Int32Array {
  const of = (label: number) => [...labels.keys()].filter((i) => labels[i] === label).slice(0, EACH);
  return Int32Array.of(...of(0), ...of(1));
}

/**
 * @param text a net's layers, line by line
 * @throws Error where the text is none
 */
export async function recordStep(text: string): Promise<RecordedStep> {
  const before = generatorStates();
  try {
    manualSeed(EASY.seed);
    const net = netOf(text, [3, SIZE, SIZE]);
    const optimizer = new Adam(net.parameters(), { lr: EASY.lr });
    const faces = new FaceSet("step", AMONG, EASY);
    const four = fourOf(faces);
    const images = faces.tensor(four);
    const labels = four.map((i) => faces.labels[i]);
    const step = () => {
      const loss = crossEntropy(net.forward(images), labels);
      loss.backward();
      optimizer.step();
    };
    const { tape } = await recordTape(step, { names: [["images", images], ...net.namedParameters()] });
    images.dispose();
    return { layers: text, tape: { tensors: tape.tensors, steps: tape.steps }, labels: [...labels] };
  } finally {
    // A run that waits meanwhile goes on with the numbers that it would have drawn.
    setGeneratorStates(before);
  }
}
