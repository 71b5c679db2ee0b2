/** Types as a user meets them who still writes CommonJS. */

import torchlet = require("torchlet");
import extend = require("torchlet/extend");

export const strides: number[] = extend.stridesOf([2, 3]);
export const loss: Promise<number> = torchlet.tensor([1]).item();
