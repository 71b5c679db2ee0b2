/** Value: the numbers of a tensor, as a picture and in words. */

import "../details.css";
import type { TapeTensor } from "../../../src/index.js";
import { Picture } from "../picture.js";
import type { Pixels } from "../protocol.js";
import { imagesOf, pictureOf } from "./value-picture.js";

/** So many numbers are written out. */
const WRITTEN = 12;

/** Of a picture, in pixels. */
const [WIDTH, HEIGHT] = [264, 420];

/** Of a number's square, and of a row of a matrix, whose numbers may be narrower than that. */
const [LARGEST, LEAST_ROW] = [32, 8];

export function shapeOf(shape: readonly number[]): string {
  return shape.length === 0 ? "one number" : `[${shape.join(", ")}]`;
}

/** What a tensor is called: by the net, or by what made it. */
export function nameOf({ name, origin, id }: TapeTensor): string {
  return name ?? `${origin} #${id}`;
}

export function number(x: number): string {
  return Math.abs(x) >= 0.001 && Math.abs(x) < 1000 ? x.toPrecision(3) : x === 0 ? "0" : x.toExponential(1);
}

function summaryOf(values: Float32Array): string {
  if (values.length === 1) return number(values[0]);
  const least = values.reduce((a, b) => Math.min(a, b));
  const most = values.reduce((a, b) => Math.max(a, b));
  return `from ${number(least)} to ${number(most)}`;
}

interface EnlargedProps {
  image: Pixels;
  label: string;
  isMatrix: boolean;
  /** Whether its colours are those of numbers, and not of a photograph. */
  isNumbers: boolean;
}

/** Each number as a square of several pixels, the picture about so wide; rows of many numbers as a band. */
function Enlarged({ image, label, isMatrix, isNumbers }: EnlargedProps) {
  const scale = Math.max(1, Math.min(LARGEST, Math.floor(WIDTH / image.width)));
  const row = isMatrix ? Math.max(1, Math.min(Math.max(scale, LEAST_ROW), Math.floor(HEIGHT / image.height))) : scale;
  const [width, height] = [scale * image.width, row * image.height];
  return (
    <div
      class={isNumbers ? "enlarged of-numbers" : "enlarged"}
      style={{ width: `${width}px`, aspectRatio: `${width} / ${height}` }}
    >
      <Picture image={image} label={label} />
    </div>
  );
}

interface ValueProps {
  title: string;
  tensor: TapeTensor;
  /** Its values, its gradient, or what it is in the end. */
  values: Float32Array | undefined;
}

export function Value({ title, tensor, values }: ValueProps) {
  const isImages = tensor.name === "images" && values === tensor.values;
  return (
    <figure class="value">
      <figcaption>
        <b>{title}</b> {shapeOf(tensor.shape)}
      </figcaption>
      {values ? (
        <>
          {values.length > 1 && (
            <Enlarged
              image={isImages ? imagesOf(values, tensor.shape) : pictureOf(values, tensor.shape)}
              label={`${title}, ${summaryOf(values)}`}
              isMatrix={tensor.shape.length < 3}
              isNumbers={!isImages}
            />
          )}
          <p class={values.length > 1 ? "range" : "single"}>{summaryOf(values)}</p>
          {values.length > 1 && (
            <details class="numbers">
              <summary>Numbers</summary>
              <p>
                {Array.from(values.subarray(0, WRITTEN), number).join("  ")}
                {values.length > WRITTEN && ` … ${values.length.toLocaleString("en")} in all`}
              </p>
            </details>
          )}
        </>
      ) : (
        <p>no numbers</p>
      )}
    </figure>
  );
}
