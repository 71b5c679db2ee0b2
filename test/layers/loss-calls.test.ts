/** Losses against PyTorch's, by how they are called. */

import { checkCalls, lossCalls } from "../check-calls.js";

checkCalls(lossCalls);
