/** A user's first program: one step of training, then a prediction. With strict rounding it says the same everywhere. */

/**
 * @param torchlet all of it
 * @param extend all of torchlet/extend
 */
export async function program(torchlet, extend) {
  const {
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
  } = torchlet;
  /** An operation of the user's own, its gradient included: the two columns change places. */
  const swap = (x) => {
    const columns = { outer: x.shape[0], n: 2, inner: 1 };
    const swapped = x.backend.indexSelect(x.storage, Int32Array.of(1, 0), columns);
    return extend.record("swap", [x], x.shape, swapped, (g) => [() => swap(g)], []);
  };
  await useBackend("wasm", { strict: true });
  manualSeed(1);
  const model = new Sequential(
    new Conv2d(3, 8, 3, { padding: 1 }),
    relu,
    new MaxPool2d(2),
    flatten,
    new Linear(8 * 8 * 8, 2),
    swap,
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
