/** Draws labelled faces, with and without covers, in Node and in a page alike: something to train on without photographs. */

import type { Image } from "../src/data/image.js";
import { resize } from "../src/data/resize.js";
import { Generator } from "../src/tensor/random.js";
import { Canvas, type Color, mirror, mix } from "./canvas.js";

/** Pictures are drawn so many times larger and then shrunk, which smooths the edges. */
const OVERSAMPLING = 2;

function colors(...hex: number[]): Color[] {
  return hex.map((value) => [value >> 16, (value >> 8) & 255, value & 255]);
}

const SKINS = colors(0xf4d0b6, 0xe2b08e, 0xc68c68, 0x966446, 0x62402e);
const HAIRS = colors(0x1c1614, 0x482e1e, 0x8c6034, 0xceaa6c, 0xa8a6a4, 0x82321e);
const IRISES = colors(0x3c2819, 0x28466e, 0x3c5a3c);
const CLOTHS = colors(0xeef0f2, 0x96c4de, 0x18181c, 0x3c5a96, 0xaa2832, 0x5a825a, 0xd2be5a, 0xbe96aa);
const [WHITE, DARK, RED] = colors(0xfaf8f5, 0x191210, 0xbe3c46);

/**
 * How hard it is to tell: "masks" has masks alone, and "all" scarves, veils and hands, too, and as decoys masks and scarves
 * below the chin and hands beside the face.
 */
export type Covers = "masks" | "all";

/** What the labels mean. */
export const FACE_CLASSES = ["not covered", "covered"];

/** One picture in the making: what its parts share, and a method for each part. In its frame the chin is at (0, 1). */
class Portrait {
  readonly #canvas: Canvas;
  readonly #random: Generator;
  readonly #skin: Color;
  readonly #hair: Color;

  constructor(size: number, random: Generator) {
    this.#canvas = new Canvas(size);
    this.#random = random;
    this.#skin = mix(this.#pick(SKINS), this.#pick(SKINS), this.#between(0, 0.5));
    this.#hair = this.#pick(HAIRS);
  }

  #between(low: number, high: number): number {
    return low + (high - low) * this.#random.uniform();
  }

  #chance(probability: number): boolean {
    return this.#random.uniform() < probability;
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#random.int(list.length)];
  }

  #color(): Color {
    return [this.#between(20, 240), this.#between(20, 240), this.#between(20, 240)];
  }

  draw(covered: boolean, covers: Covers): void {
    const [x, y, scale] = [this.#between(-0.12, 0.12), this.#between(-0.12, 0.08), this.#between(0.58, 0.76)];
    const [angle, yaw] = [this.#between(-0.3, 0.3), this.#between(-1, 1)];
    this.#background();
    this.#canvas.place(x, y, scale, scale, angle);
    this.#head(yaw);
    // The features sit on a ball: turning it moves them sideways and narrows them.
    const shift = 0.2 * yaw * scale;
    const narrow = scale * (1 - 0.12 * Math.abs(yaw));
    this.#canvas.place(x + shift * Math.cos(angle), y + shift * Math.sin(angle), narrow, scale, angle);
    this.#features();
    if (this.#chance(0.3)) this.#beard();
    this.#mouth();
    if (covers === "masks") {
      if (covered) this.#mask(0);
      if (this.#chance(0.3)) this.#glasses();
      return;
    }
    if (covered) this.#cover();
    // Cloth below the chin, glasses and a hand beside the face are no covers.
    else if (this.#chance(0.15)) this.#mask(0.85);
    else if (this.#chance(0.2)) this.#scarf(0.85);
    if (this.#chance(0.3)) this.#glasses();
    if (this.#chance(0.2)) this.#hand(this.#pick([-1.35, 1.3]), this.#between(0.1, 0.6), this.#between(0.9, 1.4));
  }

  #cover(): void {
    const kind = this.#random.int(5);
    if (kind === 0) this.#scarf(0);
    else if (kind === 1) this.#veil();
    else if (kind === 2) this.#hand(this.#between(-0.05, 0.1), this.#between(0.42, 0.52), this.#between(-0.25, 0.35));
    else this.#mask(0);
  }

  #background(): void {
    this.#canvas.gradient(this.#color(), this.#color());
    for (let k = 0; k < 4; k++) {
      const [x, y, color] = [this.#between(-1, 1), this.#between(-1, 1), this.#color()];
      if (this.#chance(0.5)) this.#canvas.ellipse(x, y, this.#between(0.1, 0.5), this.#between(0.1, 0.5), color, 0.7);
      else this.#canvas.line([x, y, this.#between(-1, 1), this.#between(-1, 1)], this.#between(0.05, 0.3), color, 0.7);
    }
  }

  /** Shoulders, neck, hair or a headscarf, and the face without features. */
  #head(yaw: number): void {
    const canvas = this.#canvas;
    const skin = this.#skin;
    const headscarf = this.#chance(0.15);
    const top = headscarf ? this.#pick(CLOTHS) : this.#hair;
    if (headscarf || this.#chance(0.4)) canvas.ellipse(0, 0.25, 0.95, this.#between(1.1, 1.5), mix(top, DARK, 0.15));
    canvas.ellipse(0, 2.1, 1.5, 0.9, this.#pick(CLOTHS));
    canvas.polygon(mirror([0.33, 0.6, 0.42, 1.4]), mix(skin, DARK, 0.2));
    const bald = !headscarf && this.#chance(0.1);
    if (!bald) canvas.ellipse(0, -0.25, 0.84, 0.92, top);
    for (const side of [-0.74, 0.74]) if (!headscarf) canvas.ellipse(side, 0.05, 0.1, 0.18, mix(skin, DARK, 0.12));
    canvas.ellipse(0, 0, 0.74, 1, skin);
    canvas.ellipse(0.3 * yaw, 0.05, 0.5, 0.8, mix(skin, WHITE, 0.25), 0.35);
    if (!bald) canvas.ellipse(0.2 * yaw, this.#between(-1.07, -0.88), 0.74, 0.42, top);
  }

  #features(): void {
    const canvas = this.#canvas;
    const [skin, iris, brows] = [this.#skin, this.#pick(IRISES), mix(this.#hair, DARK, 0.4)];
    const [apart, open, look] = [this.#between(0.27, 0.34), this.#between(0.04, 0.09), this.#between(-0.05, 0.05)];
    const brow = this.#between(-0.34, -0.28);
    for (const side of [-1, 1]) {
      const x = side * apart;
      canvas.ellipse(x, -0.14, 0.19, 0.14, mix(skin, DARK, 0.3), 0.5);
      canvas.ellipse(x, -0.12, 0.145, open, WHITE);
      canvas.ellipse(x + look, -0.12, 0.07, Math.min(0.08, open), iris);
      canvas.line([x - 0.15 * side, brow + 0.03, x, brow - 0.03, x + 0.16 * side, brow + 0.02], 0.06, brows);
      canvas.ellipse(0.07 * side, 0.31, 0.035, 0.025, DARK, 0.7);
    }
    canvas.line([0.05, -0.1, 0.1, 0.25], 0.06, mix(skin, DARK, 0.3), 0.5);
    canvas.ellipse(0, 0.28, 0.15, 0.08, mix(skin, DARK, 0.3), 0.5);
  }

  #mouth(): void {
    const [width, height, smile] = [this.#between(0.2, 0.3), this.#between(0.05, 0.11), this.#between(-0.03, 0.1)];
    const lips = mix(this.#skin, RED, this.#between(0.4, 0.8));
    this.#canvas.ellipse(0, 0.58, width, height, lips);
    if (this.#chance(0.35)) this.#canvas.ellipse(0, 0.58, width * 0.8, height * 0.55, WHITE);
    else this.#canvas.line([-width, 0.57 - smile, 0, 0.59, width, 0.57 - smile], 0.03, mix(lips, DARK, 0.6));
  }

  #beard(): void {
    const [color, alpha] = [mix(this.#hair, DARK, 0.2), this.#between(0.5, 0.95)];
    this.#canvas.polygon(mirror([0.4, 0.42, 0.62, 0.25, 0.5, 0.8, 0.2, 1.06]), color, alpha);
    this.#canvas.ellipse(0, 0.43, 0.3, 0.07, color, alpha);
  }

  #glasses(): void {
    const [color, radius] = [this.#chance(0.7) ? DARK : this.#color(), this.#between(0.19, 0.25)];
    const shaded = this.#chance(0.3);
    for (const side of [-1, 1]) {
      const turns = Array.from({ length: 13 }, (_, k) => (k * Math.PI) / 6);
      const rim = turns.flatMap((turn) => [
        side * 0.31 + radius * Math.cos(turn),
        -0.12 + 0.8 * radius * Math.sin(turn),
      ]);
      if (shaded) this.#canvas.polygon(rim, DARK, 0.9);
      this.#canvas.line(rim, 0.04, color);
      this.#canvas.line([side * (0.31 + radius), -0.14, side * 0.78, -0.16], 0.04, color);
    }
    this.#canvas.line([-0.1, -0.14, 0.1, -0.14], 0.04, color);
  }

  /** A surgical mask, moved down by `lower`: at 0.85 it hangs below the chin. */
  #mask(lower: number): void {
    const canvas = this.#canvas;
    const color = this.#pick(CLOTHS);
    const top = this.#between(0, 0.14) + lower;
    const chin = 1.06 + lower / 2;
    for (const side of [-1, 1]) {
      canvas.line([side * 0.55, top + 0.1, side * 0.76, lower / 2 - 0.08], 0.035, mix(color, WHITE, 0.3));
      canvas.line([side * 0.5, top + 0.65, side * 0.76, lower / 2 + 0.1], 0.035, mix(color, WHITE, 0.3));
    }
    canvas.polygon(mirror([0, top - 0.08, 0.2, top, 0.62, top + 0.1, 0.55, chin - 0.3, 0.22, chin]), color);
    for (let y = top + 0.2; y < top + 0.7; y += 0.2) {
      canvas.line([-0.5, y, 0, y + 0.06, 0.5, y], 0.025, mix(color, DARK, 0.3), 0.7);
    }
  }

  /** A scarf up to the nose, moved down by `lower`: at 0.85 it lies around the neck. */
  #scarf(lower: number): void {
    const [color, fold] = [this.#pick(CLOTHS), this.#chance(0.5) ? this.#color() : DARK];
    const top = this.#between(0.05, 0.25) + lower;
    this.#canvas.polygon(mirror([0.3, top + this.#between(-0.1, 0.1), 0.85, top, 1, top + 1, 0.5, top + 1.5]), color);
    for (let y = top + 0.15; y < top + 1.2; y += 0.24) {
      this.#canvas.line([-0.85, y, 0, y + 0.15, 0.85, y - 0.05], 0.06, mix(color, fold, 0.4));
    }
  }

  /** Cloth over all but the eyes. */
  #veil(): void {
    const canvas = this.#canvas;
    const color = this.#chance(0.7) ? mix(DARK, this.#color(), 0.15) : this.#pick(CLOTHS);
    const [top, bottom] = [this.#between(-0.5, -0.38), this.#between(0.05, 0.18)];
    canvas.polygon(mirror([0.3, -1.25, 0.75, -0.95, 0.95, top]), color);
    canvas.polygon(mirror([0, bottom - 0.08, 0.95, bottom, 1.25, 2.2]), color);
    for (const side of [-1, 1]) canvas.line([side * 0.82, top, side * 0.82, bottom], 0.36, color);
    canvas.line([-0.5, bottom + 0.3, -0.1, 1.9], 0.04, mix(color, WHITE, 0.2));
    canvas.line([0.4, bottom + 0.4, 0.2, 1.8], 0.05, mix(color, DARK, 0.4));
  }

  /** A palm at (x, y), with four fingers to its left and a thumb, turned by `turn`. */
  #hand(x: number, y: number, turn: number): void {
    const canvas = this.#canvas;
    const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
    const at = (u: number, v: number) => [x + u * cos - v * sin, y + u * sin + v * cos] as const;
    const [skin, edge] = [mix(this.#skin, WHITE, 0.12), mix(this.#skin, DARK, 0.5)];
    canvas.line([...at(0.3, 0.2), ...at(0.9, 1.6)], 0.45, skin);
    for (const [margin, color] of [
      [0.06, edge],
      [0, skin],
    ] as const) {
      for (let k = 0; k < 4; k++) {
        canvas.line(
          [...at(0.3, 0.19 * k - 0.25), ...at(-0.4 - 0.12 * Math.sin(k), 0.19 * k - 0.3)],
          0.15 + margin,
          color,
        );
      }
      canvas.line([...at(0.3, -0.2), ...at(0, -0.48)], 0.14 + margin, color);
    }
    canvas.ellipse(...at(0.35, 0.05), 0.3, 0.36, skin);
  }

  /** The picture at its final size, sometimes out of focus, under light from one side, with noise. */
  develop(size: number): Image {
    let image = this.#canvas.image();
    if (this.#chance(0.4)) {
      const blurred = Math.round(size * this.#between(0.5, 0.9));
      image = resize(image, blurred, blurred);
    }
    image = resize(image, size, size);
    const [exposure, lightX, lightY] = [this.#between(0.7, 1.15), this.#between(-0.35, 0.35), this.#between(-0.3, 0.3)];
    const [warmth, noise] = [this.#between(-0.1, 0.1), this.#between(2, 16)];
    const data = new Uint8ClampedArray(image.data);
    for (let pixel = 0; pixel < size * size; pixel++) {
      const x = (2 * (pixel % size)) / size - 1;
      const y = (2 * Math.floor(pixel / size)) / size - 1;
      const light = exposure * (1 + lightX * x + lightY * y);
      const grain = (this.#random.uniform() - 0.5) * noise;
      for (let c = 0; c < 3; c++) data[3 * pixel + c] = data[3 * pixel + c] * light * (1 + warmth * (1 - c)) + grain;
    }
    return { width: size, height: size, data: new Uint8Array(data) };
  }
}

/** One face of size × size pixels. */
export function drawFace(size: number, covered: boolean, random: Generator, covers: Covers = "all"): Image {
  const portrait = new Portrait(size * OVERSAMPLING, random);
  portrait.draw(covered, covers);
  return portrait.develop(size);
}

export interface FacesOptions {
  /** How many. */
  count: number;
  /** Width and height in pixels. Default 64. */
  size?: number;
  /** The same seed draws the same faces. Default 1. */
  seed?: number;
  /** Default "all". */
  covers?: Covers;
}

/** Faces one after the other, about half of them covered: label 1. A face is the same however many are drawn. */
export function* labelledFaces({ count, size = 64, seed = 1, covers }: FacesOptions) {
  const root = new Generator(seed);
  for (let i = 0; i < count; i++) {
    const random = root.fork(`face ${i}`);
    const label = random.int(2);
    yield { image: drawFace(size, label === 1, random, covers), label };
  }
}
