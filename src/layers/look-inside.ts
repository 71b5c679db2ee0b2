/** Looking inside a model while it runs, and leaving it as it was. */

import type { AnyModule, Module } from "./module.js";

/**
 * Runs `fn` while every call of these modules' `forward` goes through `around`, which gets it, its inputs and the module.
 * @see PyTorch's forward hooks
 */
export function intercept<T, Inputs extends readonly unknown[], Output>(
  modules: readonly Module<Inputs, Output>[],
  around: (forward: (...inputs: Inputs) => Output, inputs: Inputs, module: Module<Inputs, Output>) => Output,
  fn: () => T,
): T {
  const own = modules.map((module) => Object.getOwnPropertyDescriptor(module, "forward"));
  for (const module of modules) {
    const forward = module.forward.bind(module);
    module.forward = (...inputs) => around(forward, inputs, module);
  }
  try {
    return fn();
  } finally {
    for (const [i, module] of modules.entries()) {
      if (own[i]) Object.defineProperty(module, "forward", own[i]);
      else Reflect.deleteProperty(module, "forward");
    }
  }
}

/** Runs `fn` with the model in evaluation mode and no parameter wanting a gradient; puts both back as they were. */
export function frozen<T>(model: AnyModule, fn: () => T): T {
  const restoreModes = model.modes();
  const learning = model.parameters().filter((parameter) => parameter.requiresGrad);
  model.switchTo(false);
  for (const parameter of learning) parameter.requiresGrad = false;
  try {
    return fn();
  } finally {
    restoreModes();
    for (const parameter of learning) parameter.requiresGrad = true;
  }
}
