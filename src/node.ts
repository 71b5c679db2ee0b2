/** Node's own modules, looked up when they are needed: an import of one does not pass a browser's bundler. */

/**
 * What finds Node's modules by name: `nodeModules("loadSafetensors")("node:fs/promises")`.
 * @throws Error in a browser, saying what needs them
 */
export function nodeModules(what: string): typeof process.getBuiltinModule {
  const find = globalThis.process?.getBuiltinModule;
  if (!find) throw new Error(`${what} needs a file system, and a browser has none`);
  return find;
}
