/** What is installed once: x.relu() for relu(x) and whatever else a tensor can do or refuses, and what sweeps memory. */

import { backward } from "./autograd.js";
import { conversions } from "./conversions.js";
import { refuseForeignNames } from "./foreign-names.js";
import { keepsNothing, sweepBy } from "./lifetime.js";
import { conv2d } from "./ops/conv2d.js";
import { dropout } from "./ops/dropout.js";
import { matmul } from "./ops/matmul.js";
import { clone } from "./ops/movement/clone.js";
import { indexSelect } from "./ops/movement/index-select.js";
import { pad } from "./ops/movement/pad.js";
import { permute, transpose } from "./ops/movement/permute.js";
import { flatten, reshape } from "./ops/movement/reshape.js";
import { slice } from "./ops/movement/slice.js";
import * as pointwise from "./ops/pointwise.js";
import { avgPool2d } from "./ops/pooling/avg-pool2d.js";
import { maxPool2d } from "./ops/pooling/max-pool2d.js";
import { argMax, max, mean, min, variance } from "./ops/reduce.js";
import { logSoftmax, softmax } from "./ops/softmax.js";
import { expand, sum } from "./ops/sum.js";
import { sweeps } from "./sweep.js";
import { Tensor } from "./tensor.js";
import { to } from "./to.js";
import { refuseUnawaited } from "./unawaited.js";

const operations = {
  ...pointwise,
  ...{ sum, mean, max, min, variance, argMax, softmax, logSoftmax },
  ...{ clone, reshape, flatten, expand, permute, transpose, slice, pad, indexSelect },
  ...{ matmul, conv2d, maxPool2d, avgPool2d, dropout, backward },
};

for (const operation of Object.values(operations)) keepsNothing.add(operation);

const methods = { ...operations, to };

type Methods = typeof methods;

/** The operation without its first argument, which is the tensor itself. */
type Method<F> = F extends (x: Tensor, ...rest: infer Rest) => infer Result ? (...rest: Rest) => Result : never;

declare module "./tensor.js" {
  interface Tensor extends TensorMethods {}
}

export type TensorMethods = { [Name in keyof Methods]: Method<Methods[Name]> };

for (const [name, method] of Object.entries(methods)) {
  Object.defineProperty(Tensor.prototype, name, {
    value(this: Tensor, ...rest: unknown[]) {
      return (method as (x: Tensor, ...rest: unknown[]) => unknown)(this, ...rest);
    },
    writable: true,
    configurable: true,
  });
}

for (const name of Reflect.ownKeys(conversions)) {
  const property = Object.getOwnPropertyDescriptor(conversions, name);
  Object.defineProperty(Tensor.prototype, name, { ...property, enumerable: false });
}

refuseUnawaited();
refuseForeignNames();
sweepBy(sweeps);
