/** Picture: pixels on a canvas. */

import { useLayoutEffect, useRef } from "preact/hooks";
import type { Pixels } from "./protocol.js";

/** @param label what is to be seen; without one, the picture is decoration of what stands beside it */
export function Picture({ image, label }: { image: Pixels; label?: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width, height, data } = image;
  useLayoutEffect(
    () => canvas.current!.getContext("2d")!.putImageData(new ImageData(data, width, height), 0, 0),
    [image],
  );
  return label === undefined ? (
    <canvas ref={canvas} class="picture" width={width} height={height} aria-hidden />
  ) : (
    <canvas ref={canvas} class="picture" width={width} height={height} role="img" aria-label={label} />
  );
}
