/** Types as a user meets them who still writes CommonJS. */

import torchlet = require("torchlet");

export const loss: Promise<number> = torchlet.tensor([1]).item();
