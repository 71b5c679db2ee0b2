/** connect: a connection to the server of a queue, Redis or Valkey, that comes back whenever the server does. */

import type { Redis } from "ioredis";

async function load<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    const { message } = cause as Error;
    throw new Error(
      `--queue needs the package ${name}, which does not come with torchlet: npm install bullmq ioredis\n  (${message})`,
      { cause },
    );
  }
}

/** @throws Error when it is not installed */
export const loadBullMq = (): Promise<typeof import("bullmq")> => load("bullmq", () => import("bullmq"));

/** What a server says that answers, and refuses: waiting does not help, and this does. */
const REFUSALS: readonly [RegExp, string][] = [
  [/^NOAUTH/, "it wants a password: redis://:PASSWORD@HOST"],
  [/^WRONGPASS/, "it has another password, or no such user: redis://:PASSWORD@HOST, or redis://USER:PASSWORD@HOST"],
  [/DB index is out of range/, "it has not so many databases: 16, from /0 to /15, unless it was told otherwise"],
];

/** What it may mean that a server has nothing to say. */
const CLOSED =
  "it closes the connection. Redis in protected mode does so to other machines as long as it has no password, and one " +
  "with TLS to all that come without: rediss://HOST";

type ConnectionError = Error & { code?: string };

function reasonOf({ message, code = "" }: ConnectionError): string {
  return ["EPIPE", "ECONNRESET"].includes(code) ? `${code}: ${CLOSED}` : message || code;
}

/**
 * Connects, and goes on trying: what is asked of a server that is away is answered when it is back.
 * @param say is told once that it does not answer, and once that it does again
 * @throws Error when the server refuses at the beginning
 */
export async function connect(address: string, say: (problem: string) => void, signal: AbortSignal): Promise<Redis> {
  const { Redis } = await load("ioredis", () => import("ioredis"));
  const redis = new Redis(address, {
    maxRetriesPerRequest: null,
    retryStrategy: (times) => Math.min(100 * times, 2000),
  });
  // Without the password that may be in it.
  const { host } = new URL(address);
  const told = new Set<string>();
  const wait = (reason: string) => {
    if (!told.has(reason)) say(`${host} does not answer (${reason}): waiting for it`);
    told.add(reason);
  };
  await new Promise<void>((resolve, reject) => {
    let begun = false;
    const begin = () => {
      begun = true;
      resolve();
    };
    redis.on("error", (error: ConnectionError) => {
      const [, remedy] = REFUSALS.find(([words]) => words.test(error.message)) ?? [];
      if (remedy === undefined) wait(reasonOf(error));
      else if (begun) wait(remedy);
      else {
        redis.disconnect();
        reject(new Error(`--queue: ${host} refuses: ${remedy}\n  (${error.message})`, { cause: error }));
      }
      begin();
    });
    redis.on("ready", () => {
      if (told.size > 0) say(`${host} answers again`);
      told.clear();
      begin();
    });
    signal.addEventListener("abort", begin, { once: true });
  });
  return redis;
}
