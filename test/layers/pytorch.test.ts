/** Layers against PyTorch's: outputs, gradients, state dicts, buffers. */

import { checkCalls, checkState, layerCalls } from "../check-calls.js";

checkCalls(layerCalls);
checkState(layerCalls);
