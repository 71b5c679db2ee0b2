/** Memory of a list that is drawn from at random; in a file of its own, since what others have left would be in its way. */

import { expect, it } from "vitest";
import "../../src/tensor/methods.js";
import { Linear } from "../../src/layers/linear.js";
import { mseLoss } from "../../src/layers/losses/mse-loss.js";
import { SGD } from "../../src/optim/sgd.js";
import { useBackend } from "../../src/tensor/backend/registry.js";
import { rand } from "../../src/tensor/factories/drawn.js";
import { zeros } from "../../src/tensor/factories/filled.js";
import { cat } from "../../src/tensor/ops/movement/cat.js";
import { Generator } from "../../src/tensor/random.js";
import type { Tensor } from "../../src/tensor/tensor.js";

const WIDTH = 2048;

it("a replay of which each step draws a few stays, beyond the budget of passing results", async () => {
  await useBackend("wasm", { threads: 1 });
  const [model, draws, target] = [new Linear(WIDTH, 1), new Generator(1), zeros([32, 1])];
  const optimizer = new SGD(model.parameters(), { lr: 1e-3 });
  const replay: Tensor[] = [];
  let state = rand([32, WIDTH]);
  for (let i = 0; i < 1500; i++) {
    model.forward(state).dataSync();
    replay.push(state);
    state = state.mul(0.5).add(0.1);
    if (replay.length > 700) replay.shift();
    optimizer.zeroGrad();
    for (let k = 0; k < 4; k++) mseLoss(model.forward(replay[draws.int(replay.length)]), target).backward();
    optimizer.step();
  }
  expect(cat(replay).shape).toEqual([700 * 32, WIDTH]);
});
