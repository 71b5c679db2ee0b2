/** The package under Rollup with its two usual plugins, and in an app of Next.js: on the server, and in a client's page. */

import { type ChildProcess, spawn } from "node:child_process";
import { cp, mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import type { Browser } from "playwright";

type Run = (folder: string, command: string, ...args: string[]) => Promise<string>;
type Check = (name: string, test: () => Promise<string>) => Promise<void>;

async function folderWith(folder: string, run: Run, ...packages: string[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "package.json"), '{ "private": true }');
  await run(folder, "npm", "install", "--no-audit", "--no-fund", ...packages);
}

/**
 * Installs Rollup in a folder of its own.
 * @returns what bundles `entries` of an app
 */
export async function rollup(
  folder: string,
  run: Run,
  entries: readonly string[],
): Promise<(app: string, out: string) => Promise<void>> {
  await folderWith(folder, run, "rollup@4", "@rollup/plugin-node-resolve@16", "@rollup/plugin-commonjs@28");
  return async (app, out) => {
    const inputs = entries.flatMap((name) => ["--input", join(app, name)]);
    const plugins = ["--plugin", "node-resolve={browser: true}", "--plugin", "commonjs"];
    await run(folder, join(folder, "node_modules/.bin/rollup"), ...inputs, ...plugins, "--dir", out, "--silent");
    await cp(join(app, "index.html"), join(out, "index.html"));
  };
}

const NEXT: Readonly<Record<string, string>> = {
  "app/layout.jsx": `export default function Layout({ children }) {
  return <html lang="en"><body>{children}</body></html>;
}
`,
  "app/page.jsx": `import { tensor } from "torchlet";
import { Client } from "./client";

export default async function Page() {
  const sum = await tensor([1, 2]).sum().item();
  return <main><p id="server">{sum}</p><Client /></main>;
}
`,
  "app/client.jsx": `"use client";
import { useEffect, useState } from "react";
import { tensor } from "torchlet";

export function Client() {
  const [sum, setSum] = useState();
  useEffect(() => {
    tensor([3, 4]).sum().item().then(setSum);
  }, []);
  return <p id="client">{sum}</p>;
}
`,
};

/** A port that nobody listens on. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

/** Waits until a server says that it is ready. */
function ready(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = "";
    for (const stream of [server.stdout, server.stderr]) {
      stream?.on("data", (text: Buffer) => {
        said += text;
        if (said.includes("Ready")) resolve();
      });
    }
    server.on("exit", () => reject(new Error(said)));
  });
}

/** Builds the app, serves it, and looks at what its page has computed on the server and in the browser. */
export async function checkNext(
  folder: string,
  packed: string,
  { run, check, browser }: { run: Run; check: Check; browser: Browser },
): Promise<void> {
  await check("Next.js 15, server and client", async () => {
    await folderWith(folder, run, packed, "next@15", "react@19", "react-dom@19");
    await mkdir(join(folder, "app"));
    for (const [name, text] of Object.entries(NEXT)) await writeFile(join(folder, name), text);
    const next = join(folder, "node_modules/.bin/next");
    await run(folder, "env", "NEXT_TELEMETRY_DISABLED=1", next, "build");
    const port = await freePort();
    // Not by its name in .bin: what that starts would outlive it.
    const program = join(folder, "node_modules/next/dist/bin/next");
    const server = spawn(process.execPath, [program, "start", "-p", String(port)], { cwd: folder });
    try {
      await ready(server);
      const page = await browser.newPage();
      await page.goto(`http://localhost:${port}/`);
      const sums = [await page.textContent("#server"), await page.textContent("#client:not(:empty)")];
      await page.close();
      if (String(sums) !== "3,7") throw new Error(`the server says ${sums[0]}, the client ${sums[1]}`);
      return `${sums.join(" and ")}`;
    } finally {
      server.kill();
    }
  });
}
