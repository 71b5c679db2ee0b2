/**
 * A worker for vitest that stays. vitest starts one for each run and stops it afterwards, as it is told here; the thread
 * behind it goes on, with all that it has loaded, and only the files of tests are loaded anew.
 */

import { resolve } from "node:path";
import { Worker } from "node:worker_threads";

let kept;

/** Whether there is a thread in which something has run. */
export const isWarm = () => kept !== undefined;

/** The next run gets a thread of its own. */
export async function endThread() {
  const ending = kept;
  kept = undefined;
  await ending?.terminate();
}

/** What vitest asks of a worker. @see https://vitest.dev/guide/advanced/pool */
export class WarmWorker {
  name = "warm";
  #options;
  #thread;
  #listeners = [];

  constructor(options) {
    this.#options = options;
  }

  async start() {
    const { distPath, env, execArgv } = this.#options;
    kept ??= new Worker(resolve(distPath, "workers/threads.js"), { env, execArgv });
    this.#thread = kept;
  }

  async stop() {
    for (const [event, listener] of this.#listeners) this.off(event, listener);
  }

  on(event, listener) {
    this.#listeners.push([event, listener]);
    this.#thread.on(event, listener);
  }

  off(event, listener) {
    this.#thread.off(event, listener);
  }

  /** The thread hears of its first start only, and of no stop. */
  send(message) {
    const thread = this.#thread;
    const answer = { start: thread.hasStarted && "started", stop: "stopped" }[message.type];
    if (answer) setImmediate(() => thread.emit("message", { type: answer, __vitest_worker_response__: true }));
    else thread.postMessage(message);
    thread.hasStarted = true;
  }

  deserialize(message) {
    return message;
  }
}
