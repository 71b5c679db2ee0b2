/** A pass that cannot be gone on from: whose fault it is. */

import { beforeEach, describe, expect, it } from "vitest";
import "../../src/tensor/methods.js";
import { Linear } from "../../src/layers/linear.js";
import { useBackend } from "../../src/tensor/backend/registry.js";
import { tensor } from "../../src/tensor/factories/from-values.js";
import { BrokenLossError, checkWeights, forwardPass, runPass } from "../../src/train/pass.js";

beforeEach(() => useBackend("js"));

const batchOfOne = () => ({ inputs: tensor([[1, 2]]), targets: [0] });

/** A pass whose loss is so many times what the model says. */
function run(model: Linear, scale: number) {
  const batch = batchOfOne();
  const pass = () => forwardPass("fit", model, batch, (output) => output.mean().mul(scale));
  return runPass(pass, { model, batch, where: "step 3" });
}

function brokenModel(): Linear {
  const model = new Linear(2, 1);
  model.parameters()[0].copyFrom(tensor([[1, Number.NaN]]));
  model.parameters()[1].copyFrom(tensor([Infinity]));
  return model;
}

describe("a model that was broken before", () => {
  it("is refused, though no loss has told yet", async () => {
    await expect(checkWeights(new Linear(2, 1), "epoch 2")).resolves.toBeUndefined();
    await expect(checkWeights(brokenModel(), "epoch 2")).rejects.toEqual(
      new BrokenLossError("epoch 2: NaN or infinity in weight, bias", true),
    );
  });

  it("is told from one that breaks in the pass", async () => {
    const name = "BrokenLossError";
    await expect(run(brokenModel(), 1)).rejects.toMatchObject({ name, modelWasBroken: true });
    await expect(run(new Linear(2, 1), Infinity)).rejects.toMatchObject({ name, modelWasBroken: false });
  });
});

it("an error of the model's own stays what it is, also where every operation is looked at", async () => {
  const own = new TypeError("no such layer");
  const pass = () => {
    throw own;
  };
  const batch = batchOfOne();
  await expect(runPass(pass, { model: new Linear(2, 1), batch, where: "step 3" }, true)).rejects.toBe(own);
});
