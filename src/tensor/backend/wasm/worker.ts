/** What each thread of the pool runs, and how Node and browsers start it. */

/** Where things stand in the control block, as indices of 32-bit words. */
export const Word = {
  /** Number of the job that is open to all, 0 when none is. Idle workers wait on it. */
  open: 0,
  /** Workers inside the open job. The caller waits on it. */
  active: 1,
  items: 2,
  /** Work items taken at a time. */
  chunk: 3,
  /** Position of the kernel among the module's exports. */
  kernel: 4,
  argumentCount: 5,
  /** Length of the message of a kernel that failed; 0 when none did. */
  failure: 6,
  /** Workers that have done some work so far. */
  ready: 7,
} as const;

/** The rest of the control block: doubles (scratch base, scratch step, the kernel's arguments), a message, … */
export const NUMBERS_AT = 64;
export const NUMBERS = 64;
export const MESSAGE_AT = NUMBERS_AT + NUMBERS * 8;
export const MESSAGE = 256;
/** … and for each thread the first work item of its share that nobody has taken, each in a cache line of its own. */
export const SHARES_AT = MESSAGE_AT + MESSAGE * 2;
export const SHARE_WORDS = 16;

export interface WorkerStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly control: SharedArrayBuffer;
  /** 1 for the first worker; 0 is the caller's own thread. */
  readonly thread: number;
  /** How many there are, the caller's included. */
  readonly threads: number;
  /** How often to look for the next job before going to sleep. */
  readonly spins: number;
}

/**
 * Plain JavaScript as text, so that no bundler has to find it. A worker enters a job by raising `active` first and
 * then looking whether the job is still open; the caller closes the job first and then waits for `active` to fall to
 * 0. So either the worker sees that it came too late, or the caller waits for it: no job changes under a worker, and
 * nobody waits for one that sleeps.
 */
const program = `
function work({ module, memory, control, thread, threads, spins }) {
  const words = new Int32Array(control, 0, ${NUMBERS_AT / 4});
  const numbers = new Float64Array(control, ${NUMBERS_AT}, ${NUMBERS});
  const message = new Uint16Array(control, ${MESSAGE_AT}, ${MESSAGE});
  const taken = new Int32Array(control, ${SHARES_AT}, ${SHARE_WORDS} * threads);
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const kernels = WebAssembly.Module.exports(module).map(({ name }) => exports[name]);

  let ready = false;

  function takePart() {
    const items = words[${Word.items}];
    const chunk = words[${Word.chunk}];
    const kernel = kernels[words[${Word.kernel}]];
    const scratch = numbers[0] + thread * numbers[1];
    const args = numbers.subarray(2, 2 + words[${Word.argumentCount}]);
    for (let turn = 0; turn < threads; turn++) {
      const share = (thread + turn) % threads;
      const end = Math.floor((items * (share + 1)) / threads);
      for (;;) {
        const begin = Atomics.add(taken, share * ${SHARE_WORDS}, chunk);
        if (begin >= end) break;
        kernel(scratch, begin, Math.min(begin + chunk, end), ...args);
        if (!ready) Atomics.add(words, ${Word.ready}, 1);
        ready = true;
      }
    }
  }

  function fail(error) {
    const text = String(error).slice(0, ${MESSAGE});
    for (let i = 0; i < text.length; i++) message[i] = text.charCodeAt(i);
    Atomics.store(words, ${Word.failure}, text.length);
    for (let share = 0; share < threads; share++) Atomics.store(taken, share * ${SHARE_WORDS}, words[${Word.items}]);
  }

  for (let last = 0; ; ) {
    let job = last;
    for (let spin = 0; spin < spins && (job === 0 || job === last); spin++) job = Atomics.load(words, ${Word.open});
    if (job === 0 || job === last) {
      Atomics.wait(words, ${Word.open}, job);
      continue;
    }
    Atomics.add(words, ${Word.active}, 1);
    if (Atomics.load(words, ${Word.open}) === job) {
      last = job;
      try {
        takePart();
      } catch (error) {
        fail(error);
      }
    }
    if (Atomics.sub(words, ${Word.active}, 1) === 1) Atomics.notify(words, ${Word.active});
  }
}
if (typeof require === "function") work(require("node:worker_threads").workerData);
else onmessage = ({ data }) => work(data);
`;

/**
 * Starts a worker that never keeps its process alive.
 * @param onEnd Called, some time after the event, when the worker failed or ended, with the reason.
 * @throws Error where the platform forbids workers and says so at once.
 */
export function startWorker(start: WorkerStart, onEnd: (reason: string) => void): void {
  // A static import of a Node module would not pass a browser's bundler.
  const node = typeof process === "object" ? process.getBuiltinModule?.("node:worker_threads") : undefined;
  if (node) {
    const worker = new node.Worker(program, { eval: true, workerData: start, execArgv: [] });
    worker.on("error", (error) => onEnd(String(error)));
    worker.on("exit", (code) => onEnd(`it ended with exit code ${code}`));
    worker.unref();
  } else {
    const url = URL.createObjectURL(new Blob([program], { type: "text/javascript" }));
    const worker = new Worker(url);
    URL.revokeObjectURL(url);
    worker.onerror = (event) => onEnd(event.message || "it could not be started");
    worker.postMessage(start);
  }
}
