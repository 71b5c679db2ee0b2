/** Names that a module does not have: those of other libraries, and slips. What to write instead is told. */

import { guardMembers, isComplete, refuseNames, refuseSpellings } from "../tensor/known-names.js";
import { keepsNothing } from "../tensor/lifetime.js";
import { slipOf } from "../tensor/nearest-name.js";

const GIVEN = "its options or layers are given when it is made";

const WHERE_IT_RUNS = "useBackend(name), before the model is made";

const FREEZE = "for (const p of model.parameters()) p.requiresGrad = false";

/** What other libraries have of a model. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  ...{ to: WHERE_IT_RUNS, cuda: WHERE_IT_RUNS, cpu: WHERE_IT_RUNS, device: WHERE_IT_RUNS },
  ...{ requiresGrad: FREEZE, requiresGrad_: FREEZE },
};

/** Whether its class is this library's own, so that it has all of its properties from the beginning. */
function isLayerOfOurs(module: object): boolean {
  const type = Object.getPrototypeOf(module);
  return Object.hasOwn(type, "forward") && keepsNothing.has(type.forward);
}

function refusalToSet(module: object, name: string): string | undefined {
  const who = module.constructor.name;
  if (slipOf(name, ["training"])) return `${who} has no property ${name}: write model.train() or model.eval()`;
  if (/^requires_?grad$/i.test(name)) return `${who} has no property ${name}: write ${FREEZE}`;
  if (!isComplete(module) && !isLayerOfOurs(module)) return undefined;
  return `${who} has no property ${name}: ${GIVEN}`;
}

/** From now on, the modules of a base class refuse them. */
export function refuseModuleNames(type: { readonly prototype: object }): void {
  refuseNames(type, refusalToSet, refuseSpellings(ELSEWHERE));
  guardMembers(type, GIVEN);
}
