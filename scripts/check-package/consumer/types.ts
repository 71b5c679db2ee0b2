/** Types as a user meets them. */

import { Adam, Conv2d, crossEntropy, Module, relu, Sequential, type Shape, type Tensor, tensor } from "torchlet";
import { type Backend, record } from "torchlet/extend";

class Net extends Module {
  readonly layers = new Sequential(new Conv2d(1, 2, 3), relu);

  override forward(x: Tensor): Tensor {
    return this.layers.forward(x).flatten();
  }
}

const net = new Net();
const optimizer: Adam = new Adam(net.parameters(), { lr: 1e-3, weightDecay: 1e-3 });
const y = net.forward(tensor(new Float32Array(9), [1, 1, 3, 3], { requiresGrad: true }));
const shape: Shape = y.shape;
const loss: Promise<number> = crossEntropy(y, Int32Array.of(0)).item();
// @ts-expect-error An option that does not exist.
new Adam(net.parameters(), { learningRate: 1 });
// @ts-expect-error A tensor, not a string.
const methods: string = y.relu().add(1).matmul(y);

// One's own operation, on the tensors and backends of the package itself.
const backend: Backend = y.backend;
const copy: Tensor = record(
  "copy",
  [y],
  y.shape,
  backend.view(y.storage, { shape: [y.size], strides: [1], offset: 0 }),
  null,
);

export { copy, loss, methods, optimizer, shape };
