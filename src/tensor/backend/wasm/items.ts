/** How much work makes an item worth handing to a thread. */

import { BLOCK } from "./kernels.generated.js";
import { ceilDiv } from "./round.js";

/** Work items of a kernel that goes through `size` elements in blocks. */
export const blocks = (size: number): number => ceilDiv(size, BLOCK);

/** How many units, of `work` elements each, make one work item. */
export const groupOf = (work: number): number => Math.max(1, Math.floor(BLOCK / Math.max(1, work)));
