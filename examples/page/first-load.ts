/** What the page has loaded when the net takes its first step: measured by `page:measure`, and held to its limit by a test. */

import { gzipSync } from "node:zlib";
import type { Page } from "playwright";

/** In bytes, each file compressed by gzip. */
export const FIRST_LOAD_LIMIT = 80_000;

/** Each file compressed by itself, as a server does it. */
export function compressed(files: readonly Buffer[], compress = gzip): number {
  return files.reduce((sum, bytes) => sum + compress(bytes).length, 0);
}

function gzip(bytes: Buffer): Buffer {
  return gzipSync(bytes, { level: 9 });
}

/** When something was there, in milliseconds from the beginning of the page on. */
export async function markOf(page: Page, name: string): Promise<number> {
  const mark = await page.waitForFunction((name) => performance.getEntriesByName(name)[0]?.startTime, name, {
    timeout: 120_000,
  });
  return (await mark.jsonValue()) as number;
}

/**
 * The files that a page asks for until its worker begins the first step. To be called before the page goes to its address;
 * what it returns, after that.
 */
export function watchLoads(page: Page): () => Promise<Buffer[]> {
  const loads: { url: string; at: number }[] = [];
  page.on("requestfinished", (request) => loads.push({ url: request.url(), at: request.timing().startTime }));
  return async () => {
    await markOf(page, "first step");
    const step = await page
      .workers()[0]
      .evaluate(() => performance.timeOrigin + performance.getEntriesByName("first step")[0].startTime);
    const urls = loads.filter(({ url, at }) => url.startsWith("http") && at < step).map(({ url }) => url);
    return Promise.all(urls.map(async (url) => Buffer.from(await (await fetch(url)).arrayBuffer())));
  };
}
