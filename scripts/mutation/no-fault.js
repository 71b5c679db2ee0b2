/** Runs before each file of tests is loaded: the fault planted last is not to be there while what comes next is loaded. */

globalThis.__stryker__.activeMutant = undefined;
