/** The page's worker: started so that the page's policy holds in it, too. */

import type { News, Request } from "./protocol.js";
import workerUrl from "./worker/worker.ts?worker&url";

const listeners = new Set<(news: News) => void>();

let worker: Worker | undefined;

function tell(news: News): void {
  for (const hear of listeners) hear(news);
}

/** Has a function hear whatever the worker tells from now on. */
export function listen(hear: (news: News) => void): void {
  listeners.add(hear);
}

/** Asks the worker for something. */
export function send(request: Request): void {
  worker?.postMessage(request);
}

/**
 * Starts it; where that fails, whoever listens is told. A worker from an address has the policy that its own response
 * declares, and files of a static site declare none; one from a blob has that of the page which made it. So this one is a
 * blob that imports the other, and `connect-src 'none'` holds where the photographs are.
 */
export function startWorker(): void {
  if (typeof Worker === "undefined") {
    const message =
      "This browser has no web workers: the page would stand still while a net learns. It needs another one.";
    tell({ kind: "failed", message });
    return;
  }
  const address = new URL(workerUrl, location.href).href;
  const script = new Blob([`import ${JSON.stringify(address)};`], { type: "text/javascript" });
  worker = new Worker(URL.createObjectURL(script), { type: "module" });
  worker.addEventListener("message", ({ data }: MessageEvent<News>) => tell(data));
  worker.addEventListener("error", ({ message }) =>
    tell({ kind: "failed", message: message || "The worker did not start." }),
  );
}
