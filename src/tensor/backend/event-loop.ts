/** Lets the event loop turn while a program computes: workers start, timers and signals arrive, a page answers. */

/** A program that awaits every step would otherwise hold the loop until it ends: its promises are kept at once. */
const LONGEST_MS = 30;

let turned = performance.now();

/** A turn of the event loop, where the last one is a while ago. Not by a timer: browsers slow those down to 4 ms. */
export function turnNowAndThen(): Promise<void> | undefined {
  if (performance.now() - turned < LONGEST_MS) return undefined;
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      turned = performance.now();
      resolve();
    };
    port2.postMessage(null);
  });
}
