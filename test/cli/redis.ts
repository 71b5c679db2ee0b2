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

/** Where a server is. */
interface Place {
  host: string;
  port: number;
  /** A command that becomes the server, on another machine. */
  via: readonly string[];
}

export class RedisServer {
  readonly #folder: string;
  readonly #place: Place;
  #server: ChildProcess | undefined;

  private constructor(folder: string, place: Place) {
    this.#folder = folder;
    this.#place = place;
  }

  static async start({ host = "127.0.0.1", via = [] }: Partial<Place> = {}): Promise<RedisServer> {
    const folder = await mkdtemp(join(tmpdir(), "torchlet-redis-"));
    const redis = new RedisServer(folder, { host, via, port: await freePort() });
    await redis.begin();
    return redis;
  }

  get url(): string {
    return `redis://${this.#place.host}:${this.#place.port}`;
  }

  /** What this process asks it by, wherever it is. */
  get #socket(): string {
    return join(this.#folder, "redis.sock");
  }

  /** Again, after an end: with what its file has. */
  async begin(): Promise<void> {
    const { host, port, via } = this.#place;
    const options = { port, bind: host, unixsocket: this.#socket, dir: this.#folder, appendonly: "yes", save: "" };
    const policy = { ...options, "maxmemory-policy": "noeviction", "protected-mode": "no" };
    const args = Object.entries(policy).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const [command, ...rest] = [...via, "redis-server", ...args];
    this.#server = spawn(command, rest, { stdio: "ignore" });
    while (!(await this.ask("PING").catch(() => "")).startsWith("+PONG")) await delay(20);
  }

  /** Sends one command. */
  async ask(command: string): Promise<string> {
    const socket = connect(this.#socket);
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
