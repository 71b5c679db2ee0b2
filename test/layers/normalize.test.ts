/** Normalize: each channel by its mean and deviation, as part of the model. */

import { beforeEach, describe, expect, it } from "vitest";
import { Normalize } from "../../src/layers/normalize.js";
import { useBackend } from "../../src/tensor/backend/registry.js";
import { tensor } from "../../src/tensor/factories/from-values.js";
import { onEachBackend } from "../targets.js";

beforeEach(() => useBackend("js"));

describe("the layer", () => {
  onEachBackend("works on each channel, with any axes behind it", async () => {
    const layer = new Normalize([1, -2], [2, 0.5]);
    expect([...(await layer.forward(tensor([[3, -1.5]])).data())]).toEqual([1, 1]);
    const images = tensor([1, 2, 3, 5, -2, -1, 0, -3], [1, 2, 2, 2]);
    expect([...(await layer.forward(images).data())]).toEqual([0, 0.5, 1, 2, 0, 2, 4, -2]);
  });

  it("is saved with the model, and trained by nothing", async () => {
    const layer = new Normalize([1, -2], [2, 0.5]);
    expect(layer.parameters()).toEqual([]);
    expect(Object.keys(layer.stateDict())).toEqual(["mean", "std"]);
    const other = new Normalize([0, 0], [1, 1]);
    other.loadStateDict(layer.stateDict());
    expect([...other.forward(tensor([[3, -1.5]])).dataSync()]).toEqual([1, 1]);
  });

  it("says what does not fit", () => {
    expect(() => new Normalize([0, 0], [1])).toThrow("Normalize: 2 means for 1 deviations");
    expect(() => new Normalize([0, 0], [1, 0])).toThrow(
      "Normalize: the deviation of channel 1 is 0, and must be finite and above 0",
    );
    // As a float32, it is 0.
    expect(() => new Normalize([0], [1e-46])).toThrow("the deviation of channel 0 is 1e-46");
    expect(() => new Normalize([0], [Infinity])).toThrow("the deviation of channel 0 is Infinity");
    expect(() => new Normalize([0, Number.NaN], [1, 1])).toThrow(
      "Normalize: the mean of channel 1 is NaN, and must be finite",
    );
    expect(() => new Normalize(["0"] as never, [1])).toThrow('the mean of channel 0 is "0", and must be finite');
    expect(() => new Normalize([0], ["1"] as never)).toThrow('the deviation of channel 0 is "1"');
    expect(() => new Normalize([0], [1]).forward(tensor([[1, 2]]))).toThrow(
      "Normalize: made for 1 channels, [N, 1, …], got [1, 2]",
    );
  });
});
