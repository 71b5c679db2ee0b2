/** Operations against PyTorch's, by how they are called. */

import { checkCalls, operationCalls } from "../check-calls.js";

checkCalls(operationCalls);
