/** Takes the place of how Node tells what a machine, or a container, runs at once. */

export const availableThreads = () => navigator.hardwareConcurrency;
