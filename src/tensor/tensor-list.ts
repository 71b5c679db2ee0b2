/** Lists of tensors, as arguments. */

import { type Kind, listOf } from "./arguments.js";
import { aTensor, Tensor } from "./tensor.js";

const aList = listOf("a list of tensors", aTensor);

export const aTensorList: Kind<readonly Tensor[]> = {
  ...aList,
  hint: (value) => (value instanceof Tensor ? "put them in brackets, [x, y]" : aList.hint?.(value)),
};
