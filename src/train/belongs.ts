/** checkHolds and checkSchedules: whether optimizer and schedule are those of the model, or another's. */

import type { AnyModule } from "../layers/module.js";
import type { Optimizer } from "../optim/optimizer.js";
import type { Schedule } from "../optim/schedules/schedule.js";
import { plural } from "../text.js";

/**
 * @param who asks, for messages
 * @throws Error when the optimizer holds no parameter of the model
 */
export function checkHolds(who: string, model: AnyModule, optimizer: Optimizer): void {
  const own = model.parameters();
  if (own.some((parameter) => optimizer.parameters.includes(parameter))) return;
  const found = own.length === 0 ? "; none were found, which is so for those in #private fields" : "";
  throw new Error(
    `${who}: the optimizer holds none of the ${plural(own.length, "parameter")} of ${model.constructor.name}${found}. ` +
      "Make it from model.parameters()",
  );
}

/**
 * @param who asks, for messages
 * @throws Error when the schedule sets the rate of another optimizer
 */
export function checkSchedules(who: string, schedule: Schedule | undefined, optimizer: Optimizer): void {
  if (!schedule?.optimizer || schedule.optimizer === optimizer) return;
  throw new Error(`${who}: the schedule sets the rate of another optimizer; make it with the one that ${who} is given`);
}
