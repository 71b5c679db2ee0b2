/** How bright, how much in contrast and how colourful an augmented image is. */

import { clamp } from "../clamp.js";
import { greyOf } from "../image.js";

/** Factors; 1 changes nothing. */
export interface Colors {
  brightness: number;
  contrast: number;
  saturation: number;
}

function ofColor(values: Float32Array, { brightness, contrast, saturation }: Colors): void {
  const area = values.length / 3;
  let mean = 0;
  for (let i = 0; i < area; i++) {
    const red = Math.min(brightness * values[i], 1);
    const green = Math.min(brightness * values[area + i], 1);
    const blue = Math.min(brightness * values[2 * area + i], 1);
    mean += greyOf(red, green, blue);
    values[i] = red;
    values[area + i] = green;
    values[2 * area + i] = blue;
  }
  mean /= area;
  for (let i = 0; i < area; i++) {
    const red = clamp(mean + contrast * (values[i] - mean), 0, 1);
    const green = clamp(mean + contrast * (values[area + i] - mean), 0, 1);
    const blue = clamp(mean + contrast * (values[2 * area + i] - mean), 0, 1);
    const grey = greyOf(red, green, blue);
    values[i] = clamp(grey + saturation * (red - grey), 0, 1);
    values[area + i] = clamp(grey + saturation * (green - grey), 0, 1);
    values[2 * area + i] = clamp(grey + saturation * (blue - grey), 0, 1);
  }
}

/** Grey has no colour to be more or less of. */
function ofGrey(values: Float32Array, { brightness, contrast }: Colors): void {
  let mean = 0;
  for (let i = 0; i < values.length; i++) {
    values[i] = Math.min(brightness * values[i], 1);
    mean += values[i] / values.length;
  }
  for (let i = 0; i < values.length; i++) values[i] = clamp(mean + contrast * (values[i] - mean), 0, 1);
}

/**
 * Brightness, then contrast, then saturation, each clamped to [0, 1]. Transparency stays as it is.
 * @param values [channels, height, width], changed in place
 * @see Pillow's `ImageEnhance`
 */
export function color(values: Float32Array, channels: number, colors: Colors): void {
  const { brightness, contrast, saturation } = colors;
  if (brightness === 1 && contrast === 1 && saturation === 1) return;
  if (channels === 1) ofGrey(values, colors);
  else ofColor(values.subarray(0, (3 * values.length) / channels), colors);
}

/**
 * Takes all colour away.
 * @param values [channels, height, width], changed in place
 */
export function takeColor(values: Float32Array, channels: number): void {
  if (channels === 1) return;
  const area = values.length / channels;
  for (let i = 0; i < area; i++) {
    const grey = greyOf(values[i], values[area + i], values[2 * area + i]);
    for (let channel = 0; channel < 3; channel++) values[channel * area + i] = grey;
  }
}
