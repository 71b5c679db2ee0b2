/** Host side of normalization: sums go channel by channel, the rest plane by plane. */

import type { Backend, ChannelGeometry } from "../backend.js";
import { groupOf } from "./items.js";
import { ceilDiv } from "./round.js";
import type { Runtime } from "./runtime.js";
import { at } from "./storage.js";

type Methods = "moments" | "normalize" | "normalizeParamGrads" | "normalizeInputGrad";

export const normalization = (rt: Runtime): Pick<Backend, Methods> => {
  /** Runs a kernel over the planes [n, c], several to a work item where they are small. */
  const runPlanes = (
    kernel: "batchNorm" | "batchNormInputGrad",
    pointers: readonly number[],
    { n, c, pixels }: ChannelGeometry,
    eps: number,
  ) => {
    const planes = n * c;
    const group = groupOf(pixels);
    rt.run(kernel, ceilDiv(planes, group), [...pointers, planes, c, pixels, group, eps]);
  };

  return {
    moments(x, { n, c, pixels }) {
      const [mean, variance] = rt.makeTwo(c, (...moments) => {
        rt.run("channelMoments", c, [at(x), ...moments, n, c, pixels]);
      });
      return { mean, variance };
    },

    normalize({ x, mean, variance, weight, bias, eps }, geometry) {
      const inputs = [x, mean, variance, weight, bias].map(at);
      return rt.make(x.size, (out) => runPlanes("batchNorm", [...inputs, out], geometry, eps));
    },

    normalizeParamGrads({ g, x, mean, variance, eps }, { n, c, pixels }) {
      const inputs = [g, x, mean, variance].map(at);
      const [weight, bias] = rt.makeTwo(c, (...grads) => {
        rt.run("batchNormParamGrads", c, [...inputs, ...grads, n, c, pixels, eps]);
      });
      return { weight, bias };
    },

    normalizeInputGrad({ g, x, mean, variance, weight, grads, eps }, geometry) {
      const inputs = [g, x, mean, variance, weight, grads.weight, grads.bias].map(at);
      return rt.make(x.size, (out) => runPlanes("batchNormInputGrad", [...inputs, out], geometry, eps));
    },
  };
};
