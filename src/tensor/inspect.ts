/** INSPECT: the name of the method that Node calls when it prints an object. */

export const INSPECT: unique symbol = Symbol.for("nodejs.util.inspect.custom");
