/** A user's first program: one step of training, then a prediction. With strict rounding it says the same everywhere. */

export async function program({
  Adam,
  Conv2d,
  flatten,
  Linear,
  logSoftmax,
  manualSeed,
  MaxPool2d,
  nllLoss,
  noGrad,
  rand,
  relu,
  Sequential,
  useBackend,
}) {
  await useBackend("wasm", { strict: true });
  manualSeed(1);
  const model = new Sequential(
    new Conv2d(3, 8, 3, { padding: 1 }),
    relu,
    new MaxPool2d(2),
    flatten,
    new Linear(8 * 8 * 8, 2),
    (x) => logSoftmax(x, 1),
  );
  const optimizer = new Adam(model.parameters(), { lr: 1e-2 });
  const images = rand([4, 3, 16, 16]);
  optimizer.zeroGrad();
  const loss = nllLoss(model.forward(images), Int32Array.of(0, 1, 1, 0));
  loss.backward();
  optimizer.step();
  const prediction = noGrad(() => model.forward(images).argMax(1));
  const logProbabilities = noGrad(() => model.forward(images));
  return [await loss.item(), ...(await prediction.data()), ...(await logProbabilities.data())];
}
