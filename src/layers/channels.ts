/** What the layers of convolutions have in common: which channels there may be, and how they print. */

import { aCount, checkArgument } from "../tensor/arguments.js";
import { ShapeError } from "../tensor/shape.js";
import { describeOptions } from "./module.js";

/**
 * @throws RangeError unless all are positive integers
 * @throws ShapeError unless `groups` divides both numbers of channels
 */
export function checkChannels(who: string, inChannels: number, outChannels: number, groups: number): void {
  checkArgument(who, "inChannels", inChannels, aCount);
  checkArgument(who, "outChannels", outChannels, aCount);
  checkArgument(who, "groups", groups, aCount);
  if (inChannels % groups === 0 && outChannels % groups === 0) return;
  throw new ShapeError(`${who}: ${groups} groups do not divide ${inChannels} and ${outChannels} channels`);
}

/** "3, 8, kernelSize=5, padding=2": channels, and what is not as it would be anyway. */
export function describeConvolution(
  channels: readonly [inChannels: number, outChannels: number],
  kernel: readonly number[],
  { groups = 1, ...options }: { readonly groups?: number },
  hasBias: boolean,
): string {
  const kernelSize = kernel.every((size) => size === kernel[0]) ? kernel[0] : kernel;
  const more = { groups: groups > 1 ? groups : undefined, bias: hasBias ? undefined : false };
  return `${channels.join(", ")}, ${describeOptions({ kernelSize, ...options, ...more })}`;
}
