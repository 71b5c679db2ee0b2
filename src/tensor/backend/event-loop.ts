/** Lets the event loop turn while a program computes: workers start, timers and signals arrive, a page answers. */

/** A program that awaits every step would otherwise hold the loop until it ends: its promises are kept at once. */
const LONGEST_MS = 30;

let turned = performance.now();

/** Node's. As it was before a test put another in its place, whose time stands still. */
const { setImmediate } = globalThis as { setImmediate?: (callback: () => void) => void };

/** A turn of the event loop, where the last one is a while ago. */
export function turnNowAndThen(): Promise<void> | undefined {
  if (performance.now() - turned < LONGEST_MS) return undefined;
  return new Promise((resolve) => {
    onNextTurn(() => {
      turned = performance.now();
      resolve();
    });
  });
}

/** Not by a timer: browsers slow those down to 4 ms. Nor by a message in Node, which takes 20 ms to load what its first one needs. */
function onNextTurn(callback: () => void): void {
  if (setImmediate) {
    setImmediate(callback);
    return;
  }
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    callback();
  };
  port2.postMessage(null);
}
