/** Feature maps, Grad-CAM and occlusion against PyTorch. */

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { featureMaps } from "../../src/explain/feature-maps.js";
import { gradCam } from "../../src/explain/grad-cam.js";
import { occlusionMap } from "../../src/explain/occlusion.js";
import {
  BatchNorm2d,
  Conv2d,
  flatten,
  Linear,
  logSoftmax,
  MaxPool2d,
  memory,
  nllLoss,
  predict,
  relu,
  Sequential,
  tensor,
} from "../../src/index.js";

interface Fixture {
  state: Record<string, { shape: number[]; values: number[] }>;
  images: number[];
  classes: number[];
  featureMaps: number[];
  gradCam: number[][];
  gradCamOfFirst: number[];
  occlusion: { size: number; stride: number; values: number[] }[];
}

// Made by scripts/fixtures/make_explain_fixtures.py.
const fixture: Fixture = JSON.parse(readFileSync("test/fixtures/explain/explain.json", "utf8"));
const { classes } = fixture;

/** Ends in log-softmax, as the nets here do; the fixture's ends in logits. */
function makeModel(): Sequential {
  const model = new Sequential(
    new Conv2d(3, 4, 3, { padding: 1 }),
    relu,
    new MaxPool2d(2),
    new Conv2d(4, 6, 3, { padding: 1 }),
    new BatchNorm2d(6),
    relu,
    flatten,
    new Linear(6 * 4 * 5, 3),
    (x) => logSoftmax(x, 1),
  );
  const state = Object.entries(fixture.state).map(([name, { values, shape }]) => [name, tensor(values, shape)]);
  model.loadStateDict(Object.fromEntries(state));
  return model;
}

const model = makeModel();
const images = tensor(fixture.images, [2, 3, 8, 10]);
const second = tensor(fixture.images.slice(3 * 8 * 10), [3, 8, 10]);

function expectClose(actual: Float32Array, expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) expect(actual[i]).toBeCloseTo(value, 5);
}

describe("feature maps", () => {
  it("are the first convolution's unless another layer is asked for", async () => {
    const maps = featureMaps(model, images);
    expect(maps.shape).toEqual([2, 4, 8, 10]);
    expectClose(await maps.data(), fixture.featureMaps);
    expect(featureMaps(model, images, { layer: model.layers[4] as BatchNorm2d }).shape).toEqual([2, 6, 4, 5]);
  });

  it("of several layers come in one pass, in the order in which they are asked for", async () => {
    const [conv, norm] = [model.layers[0] as Conv2d, model.layers[4] as BatchNorm2d];
    let passes = 0;
    const counted = new Sequential((x) => {
      passes++;
      return x;
    }, model);
    const [second, first] = featureMaps(counted, images, { layers: [norm, conv] });
    expect([passes, second.shape, first.shape]).toEqual([1, [2, 6, 4, 5], [2, 4, 8, 10]]);
    expect(await first.data()).toEqual(await featureMaps(model, images, { layer: conv }).data());
    expect(await second.data()).toEqual(await featureMaps(model, images, { layer: norm }).data());
    expect(featureMaps(model, images, { layers: [] })).toEqual([]);
    expect(() => featureMaps(model, images, { layers: [conv, model.layers[7] as Linear] })).toThrow(
      new Error("featureMaps: layers[1]'s output must be [N, C, H, W], it has 2 axes"),
    );
    expect(() => featureMaps(model, images, { layer: conv, layers: [conv] })).toThrow(
      "featureMaps: layer is one and layers are several: leave one of them out",
    );
  });

  it("refuses what gives none", () => {
    expect(() => featureMaps(new Sequential(flatten, new Linear(240, 2)), images)).toThrow(
      new Error("featureMaps: Sequential has no Conv2d to look at"),
    );
    expect(() => featureMaps(model, images, { layer: model.layers[7] as Linear })).toThrow(
      new Error("featureMaps: the layer's output must be [N, C, H, W], it has 2 axes"),
    );
    expect(() => featureMaps(model, images, { layer: new Linear(1, 1) })).toThrow(
      new Error("featureMaps: the layer did not run in the model's forward pass"),
    );
  });
});

describe("Grad-CAM", () => {
  it("weighs the last convolution's maps", async () => {
    const maps = await gradCam(model, images, classes);
    expect(maps.map(({ height, width }) => [height, width])).toEqual([
      [4, 5],
      [4, 5],
    ]);
    for (const [i, { values }] of maps.entries()) expectClose(values, fixture.gradCam[i]);
  });

  it("asks about the likeliest class by itself, and says what the model says, in one pass", async () => {
    let passes = 0;
    const counted = new Sequential((x) => {
      passes++;
      return x;
    }, model);
    const { top, data } = await predict(model, images, { topK: 1 });
    const asked = await gradCam(
      model,
      images,
      top.map(([{ label }]) => label),
    );
    const found = await gradCam(counted, images);
    expect(passes).toBe(1);
    for (const [i, { values, output }] of found.entries()) {
      expect(Math.max(...values)).toBeGreaterThan(0);
      expectClose(values, [...asked[i].values]);
      expectClose(output, [...data.subarray(3 * i, 3 * i + 3)]);
    }
  });

  it("weighs those of any other layer", async () => {
    const [map] = await gradCam(model, images, classes, { layer: model.layers[0] as Conv2d });
    expectClose(map.values, fixture.gradCamOfFirst);
  });

  it("refuses classes that are none", async () => {
    await expect(gradCam(model, images, [0, 3])).rejects.toThrow(
      new RangeError("gradCam: 3 is none of the classes 0 to 2"),
    );
    await expect(gradCam(model, images, [0])).rejects.toThrow(new RangeError("gradCam: 1 classes for 2 images"));
  });

  it("leaves the model and the memory as they were", async () => {
    const model = makeModel().train();
    (model.layers[3] as Conv2d).eval();
    nllLoss(model.forward(images), classes).backward();
    const gradients = model.parameters().map(({ grad }) => grad?.dataSync());
    const before = model.stateDict()["4.running_mean"].dataSync();
    const live = memory().bytes;
    for (let i = 0; i < 3; i++) await gradCam(model, images, classes);
    await occlusionMap(model, second, 1);
    featureMaps(model, images).dispose();
    expect(memory().bytes).toBeLessThanOrEqual(live);
    expect(model.parameters().map(({ grad }) => grad?.dataSync())).toEqual(gradients);
    expect(model.parameters().every(({ requiresGrad }) => requiresGrad)).toBe(true);
    expect(model.stateDict()["4.running_mean"].dataSync()).toEqual(before);
    expect(model.layers.map((layer) => ("training" in layer ? layer.training : "-"))).toEqual([
      true,
      "-",
      true,
      false,
      true,
      "-",
      "-",
      true,
      "-",
    ]);
    expect(Object.hasOwn(model.layers[3], "forward")).toBe(false);
  });
});

describe("occlusion", () => {
  it.each(fixture.occlusion)("with a square of $size every $stride pixels", async ({ size, stride, values }) => {
    const map = await occlusionMap(model, second, classes[1], { size, stride, batchSize: 7 });
    expect([map.height, map.width]).toEqual([8, 10]);
    expectClose(map.values, values);
  });

  it("hides a quarter of the side by default", async () => {
    const map = await occlusionMap(model, second, classes[1]);
    expectClose(map.values, fixture.occlusion[0].values);
  });

  it("refuses what does not fit", async () => {
    await expect(occlusionMap(model, second, 0, { size: 9 })).rejects.toThrow(
      new RangeError("occlusionMap: a square of 9 does not fit into an image [3,8,10]"),
    );
    await expect(occlusionMap(model, second.reshape([1, 3, 8, 10]), 0)).rejects.toThrow(
      new RangeError("occlusionMap: the image is [1,3,8,10], not [C, H, W]"),
    );
    await expect(occlusionMap(model, second, 3)).rejects.toThrow(
      new RangeError("occlusionMap: 3 is none of the classes 0 to 2"),
    );
  });
});
