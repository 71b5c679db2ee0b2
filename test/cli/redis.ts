/** RedisServer: Debian's redis-server in a folder of its own, on a port that nobody has, as a queue wants it. */

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { inject } from "vitest";
import "../targets.js";

export const noRedis = spawnSync("redis-server", ["--version"]).status !== 0;
if (noRedis && inject("mustRun")) throw new Error("there is no redis-server: apt-get install redis-server");

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}

export class RedisServer {
  readonly #folder: string;
  readonly #port: number;
  #server: ChildProcess | undefined;

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.#port = port;
  }

  static async start(): Promise<RedisServer> {
    const redis = new RedisServer(await mkdtemp(join(tmpdir(), "torchlet-redis-")), await freePort());
    await redis.begin();
    return redis;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.#port}`;
  }

  /** Again, after an end: with what its file has. */
  async begin(): Promise<void> {
    const options = { port: this.#port, bind: "127.0.0.1", dir: this.#folder, appendonly: "yes", save: "" };
    const policy = { ...options, "maxmemory-policy": "noeviction" };
    const args = Object.entries(policy).flatMap(([name, value]) => [`--${name}`, String(value)]);
    this.#server = spawn("redis-server", args, { stdio: "ignore" });
    while (!(await this.ask("PING").catch(() => "")).startsWith("+PONG")) await delay(20);
  }

  /** Sends one command. */
  async ask(command: string): Promise<string> {
    const socket = connect(this.#port, "127.0.0.1");
    socket.write(`${command}\r\n`);
    try {
      const [answer] = await once(socket, "data");
      return String(answer);
    } finally {
      socket.destroy();
    }
  }

  /** kill -9. */
  async kill(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    const ended = once(server, "exit");
    server.kill("SIGKILL");
    await ended;
  }

  async remove(): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true });
  }
}
