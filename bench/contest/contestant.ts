/** A program that takes part in the comparison, in a process of its own, alone while it lives. */

import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface, type Interface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import type { Program } from "./programs.js";
import type { Answer, Request, Task } from "./protocol.js";

export class Contestant {
  readonly #process: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;
  #complaint = "";

  constructor({ command, args, env }: Program) {
    this.#process = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"], env: { ...process.env, ...env } });
    this.#process.stderr.on("data", (data) => {
      this.#complaint = (this.#complaint + data).slice(-500);
    });
    // A program that has ended is noticed by the end of its answers.
    this.#process.stdin.on("error", () => {});
    this.#reader = createInterface(this.#process.stdout);
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  /** @returns what the work results in */
  async prepare(task: Task): Promise<number[]> {
    const answer = await this.#ask({ task });
    if (!("result" in answer)) throw new Error("error" in answer ? answer.error : "it answered with times to a task");
    return answer.result;
  }

  /** Does the work for so many seconds, at least once. @returns milliseconds of each time */
  async time(seconds: number): Promise<number[]> {
    const answer = await this.#ask({ seconds });
    if (!("times" in answer))
      throw new Error("error" in answer ? answer.error : "it answered with a result, not times");
    return answer.times;
  }

  /** Ends the program. @returns when nothing is left of it */
  async stop(): Promise<void> {
    this.#reader.close();
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const end = once(this.#process, "exit");
    this.#process.kill();
    await end;
  }

  async #ask(request: Request): Promise<Answer> {
    this.#process.stdin.write(`${JSON.stringify(request)}\n`);
    for (;;) {
      const { value, done } = await this.#lines.next();
      if (done)
        throw new Error(
          `it ended: ${this.#complaint.split("\n").find((text) => text.includes("Error")) ?? "without a word"}`,
        );
      // Libraries like to greet on standard output.
      if (value.startsWith("{")) return JSON.parse(value);
    }
  }
}
