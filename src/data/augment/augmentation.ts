/** Augmentation: each time an image is seen, it is moved, turned, cropped, coloured and mixed a little differently. */

import { ArgumentError } from "../../tensor/arguments.js";
import type { Generator } from "../../tensor/random.js";
import { show } from "../../tensor/show.js";
import type { ImageShape } from "../image-shape.js";
import { blur } from "./blur.js";
import { type Colors, color, takeColor } from "./colors.js";
import { type Mixture, mix } from "./mix.js";
import { type Movement, move } from "./movement.js";
import { type AugmentOptions, checkAugment, type Strengths } from "./options.js";
import { anyRectangle, fillRectangle, logUniform, type Rectangle } from "./rectangle.js";

/** What was drawn for one image. */
interface Draw extends Movement, Colors {
  grey: boolean;
  /** Deviation of the blur, in pixels. */
  sigma: number;
  erased: Rectangle | undefined;
}

/** Of a random resized crop: the shape of what is cut out, width to height, beside that of the image. */
const RATIO = [3 / 4, 4 / 3];

/** Sides of a rectangle, as shares of the image's. */
function sidesOf(smaller: number, random: Generator): [width: number, height: number] {
  const area = 1 - smaller * random.uniform();
  const ratio = Math.sqrt(logUniform(random, RATIO));
  if (smaller === 0) return [1, 1];
  return [Math.min(Math.sqrt(area) * ratio, 1), Math.min(Math.sqrt(area) / ratio, 1)];
}

/**
 * The augmentation of one pass over a dataset. What happens to an image depends on the pass and on the image's index,
 * not on what was asked for before it: a pass that is resumed in the middle goes on with the same images.
 */
export class Augmentation {
  readonly #options: Strengths;
  readonly #pass: Generator;
  readonly #shape: ImageShape;

  /**
   * @param shape of every image
   * @param generator one number is drawn from it, which decides the pass
   * @throws RangeError naming the option that is unknown or out of its range
   */
  constructor(options: AugmentOptions, shape: ImageShape, generator: Generator) {
    this.#options = checkAugment(options);
    this.#shape = shape;
    this.#pass = generator.fork(`pass ${generator.uint32()}`);
  }

  /** Always the same draws in the same order: a new option changes nothing in the others. */
  #draw(random: Generator): Draw {
    const { flip, shift, rotate, crop, brightness, contrast, saturation } = this.#options;
    const { resizedCrop, grey, blur, erase } = this.#options;
    const { width, height } = this.#shape;
    const around = (strength: number) => strength * (2 * random.uniform() - 1);
    const mirror = random.uniform() < flip ? -1 : 1;
    const [shiftX, shiftY] = [around(shift), around(shift)];
    const angle = (around(rotate) * Math.PI) / 180;
    const smaller = crop * random.uniform();
    const [cropX, cropY] = [around(smaller / 2), around(smaller / 2)];
    const [cos, sin] = [(1 - smaller) * Math.cos(angle), (1 - smaller) * Math.sin(angle)];
    const colors = {
      brightness: 1 + around(brightness),
      contrast: 1 + around(contrast),
      saturation: 1 + around(saturation),
    };
    const [wide, high] = sidesOf(resizedCrop, random);
    const [partX, partY] = [around((1 - wide) / 2), around((1 - high) / 2)];
    return {
      offsetX: (shiftX + cropX + partX) * width,
      offsetY: (shiftY + cropY + partY) * height,
      rightX: mirror * cos * wide,
      rightY: mirror * sin * wide,
      downX: -sin * high,
      downY: cos * high,
      ...colors,
      grey: random.uniform() < grey,
      sigma: blur * random.uniform(),
      erased: random.uniform() < erase ? anyRectangle(this.#shape, random) : undefined,
    };
  }

  /**
   * Writes an augmented image, [channels, height, width] in [0, 1].
   * @param bytes [channels, height, width], 0 to 255
   * @param index of the image in its dataset
   */
  apply(bytes: Uint8Array, index: number, values: Float32Array): void {
    const random = this.#pass.fork(String(index));
    const { channels } = this.#shape;
    const draw = this.#draw(random);
    move(bytes, this.#shape, draw, values);
    color(values, channels, draw);
    if (draw.grey) takeColor(values, channels);
    blur(values, this.#shape, draw.sigma);
    const returned: unknown = this.#options.custom?.(values, this.#shape, random.fork("custom"));
    if (typeof returned === "object" && returned !== null && returned !== values) {
      throw new ArgumentError(
        `augment: custom changes the values in place, and what it returns is not looked at: ${show(returned)}`,
      );
    }
    if (draw.erased) fillRectangle(values, this.#shape, draw.erased);
  }

  /**
   * Mixes the augmented images of a batch, where that was asked for.
   * @param values [N, channels, height, width] in [0, 1], changed in place
   * @param indices of the images in their dataset: the same batch is mixed in the same way
   */
  mix(values: Float32Array, indices: Int32Array): Mixture | undefined {
    if (this.#options.mixup === 0 && this.#options.cutmix === 0) return undefined;
    return mix(values, this.#shape, this.#options, this.#pass.fork(`mix ${indices[0]}`));
  }
}
