/** canvasPixels: what a page shows, read back by way of a canvas. */

import type { Image } from "./image.js";
import { toChannels } from "./to-channels.js";

/** Pixels that are read at a time: a canvas has a largest size, on phones below that of their own photographs. */
const STRIP = 2 ** 20;

/** A canvas to read from. @throws Error where there is none */
function contextOf(width: number, height: number): CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D {
  const { OffscreenCanvas, document } = globalThis;
  if (!OffscreenCanvas && !document) {
    throw new Error(
      "imageFrom: it takes a canvas to read what a page shows, and there is none here; decodeImage reads the bytes of a file",
    );
  }
  const canvas = OffscreenCanvas
    ? new OffscreenCanvas(width, height)
    : Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d", { willReadFrequently: true }) as CanvasRenderingContext2D | null;
  if (!context) throw new Error(`imageFrom: the browser gives no canvas of ${width} × ${height} pixels`);
  // Nothing shows through from the strip before.
  context.globalCompositeOperation = "copy";
  return context;
}

/**
 * The RGB pixels of whatever a canvas draws, as many as it has itself; what is transparent is on white.
 * @throws Error where the browser does not let them be read: a picture of another site
 */
export function canvasPixels(source: CanvasImageSource, width: number, height: number): Image {
  const rows = Math.min(height, Math.max(1, Math.floor(STRIP / width)));
  const context = contextOf(width, rows);
  const data = new Uint8Array(3 * width * height);
  for (let top = 0; top < height; top += rows) {
    const count = Math.min(rows, height - top);
    context.drawImage(source, 0, -top);
    const strip = context.getImageData(0, 0, width, count);
    data.set(opaque(strip).data, 3 * width * top);
  }
  return { width, height, data };
}

/** RGBA, as a canvas has it, in RGB. */
export function opaque({ width, height, data }: { width: number; height: number; data: ArrayBufferView }): Image {
  return toChannels({ width, height, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) }, 3);
}
