/** keepWhere: what a mask lets pass. */

import { binary } from "./binary.js";

/** Internal: a where b is not 0, and 0 elsewhere, whatever a is there: unlike a product, it forgets NaN and infinity. */
export const keepWhere = binary("keepWhere", {
  f: (a, b) => (b === 0 ? 0 : a),
  gradients: (g, _a, b) => [() => keepWhere(g, b), () => keepWhere(g, 0)],
  saves: ["b"],
});
