/** Gate: lets training through step by step, slowly, or not at all; what else is to be computed has its turn here. */

/** Between two steps, when it is slow. */
const SLOW_MS = 600;

/** A turn of the event loop, so that what the page asks for is heard. Not by a timer, which browsers slow down. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

export class Gate {
  /** Whether each step waits a moment. */
  slow: boolean;
  #steps: number;
  #closed = false;
  #over = false;
  #wake: (() => void) | undefined;
  readonly #tasks: (() => Promise<void>)[] = [];
  #doing = Promise.resolve();

  /** @param open whether training may go on until somebody pauses it */
  constructor(open: boolean, slow: boolean) {
    this.slow = slow;
    this.#steps = open ? Infinity : 0;
  }

  /** Whether the next step has to wait. */
  get holds(): boolean {
    return this.#steps <= 0 && !this.#closed;
  }

  /** How many steps may be taken from now on: 0 pauses, Infinity goes on. */
  allow(steps: number): void {
    this.#steps = steps;
    this.#wake?.();
  }

  /** Lets everybody through: the run is to end. */
  close(): void {
    this.#closed = true;
    this.#wake?.();
  }

  /** Does something between two steps, when nothing of the run is under way. */
  between(task: () => Promise<void>): void {
    this.#tasks.push(task);
    if (this.#over) this.#doTasks();
    else this.#wake?.();
  }

  /**
   * The run is over: from now on, tasks are done as they come.
   * @returns what resolves when those are done that there are
   */
  end(): Promise<void> {
    this.#over = true;
    return this.#doTasks();
  }

  /**
   * Resolves when the next step may be taken.
   * @param onHold called once, where that is not at once
   */
  async pass(onHold: () => Promise<void>): Promise<void> {
    await turn();
    if (this.slow && !this.holds && !this.#closed) await this.#woken(SLOW_MS);
    await this.#doTasks();
    let isHeld = false;
    while (this.holds) {
      const woken = this.#woken();
      if (!isHeld) await onHold();
      isHeld = true;
      await this.#doTasks();
      await woken;
    }
    await this.#doTasks();
    this.#steps--;
  }

  /** Resolves when somebody wakes it, or after a while. */
  #woken(milliseconds?: number): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      if (milliseconds !== undefined) setTimeout(resolve, milliseconds);
    });
  }

  /** One after the other. */
  #doTasks(): Promise<void> {
    this.#doing = this.#doing.then(async () => {
      for (let task = this.#tasks.shift(); task; task = this.#tasks.shift()) await task();
    });
    return this.#doing;
  }
}
