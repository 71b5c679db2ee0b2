/** Photographs that a test makes and gives to the section Yours. */

import { encode } from "jpeg-js";
import type { Locator, Page } from "playwright";
import { PNG } from "pngjs";
import { Generator } from "../../src/tensor/random.js";

export interface Upload {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

const [WIDTH, HEIGHT] = [90, 70];

/** Photographs of one colour and some noise: PNG, and JPEG every third. */
export function photographs(name: string, color: readonly number[], count: number): Upload[] {
  const random = new Generator(color[0]);
  return Array.from({ length: count }, (_, i) => {
    const data = Buffer.from(
      Uint8Array.from({ length: 4 * WIDTH * HEIGHT }, (_, k) => (k % 4 === 3 ? 255 : color[k % 4] + random.int(50))),
    );
    const image = { width: WIDTH, height: HEIGHT, data };
    return i % 3 === 2
      ? { name: `${name}-${i}.jpg`, mimeType: "image/jpeg", buffer: encode(image, 90).data }
      : {
          name: `${name}-${i}.png`,
          mimeType: "image/png",
          buffer: PNG.sync.write(Object.assign(new PNG(image), { data })),
        };
  });
}

export const card = (page: Page, place: number) => page.locator(".class-card").nth(place);

/** Gives photographs to the class at a place. */
export async function choose(page: Page, place: number, files: Upload[]): Promise<void> {
  await card(page, place).locator("input[type=file]").setInputFiles(files);
}

/** Drops files or folders onto something, as from the desktop. */
export async function drop(page: Page, onto: Locator, paths: string[]): Promise<void> {
  const { x, y, width, height } = (await onto.boundingBox())!;
  const session = await page.context().newCDPSession(page);
  const at = { x: x + width / 2, y: y + height / 2, data: { items: [], files: paths, dragOperationsMask: 1 } };
  for (const type of ["dragEnter", "dragOver", "drop"] as const)
    await session.send("Input.dispatchDragEvent", { type, ...at });
}
