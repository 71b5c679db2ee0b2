/** Canvas: ellipses, polygons and lines, painted into RGB pixels. */

import type { Image } from "../src/data/image.js";

export type Color = readonly [red: number, green: number, blue: number];

/** Corners one after another: x, y, x, y, … */
export type Path = readonly number[];

export function mix(a: Color, b: Color, t: number): Color {
  return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t];
}

/** The whole of a symmetric outline from its right half. */
export function mirror(half: Path): Path {
  const path = [...half];
  for (let k = half.length - 2; k >= 0; k -= 2) path.push(-half[k], half[k + 1]);
  return path;
}

/** Shapes are given in a frame that `place` moves, scales and turns. */
export class Canvas {
  readonly size: number;
  readonly #data: Uint8ClampedArray;
  #x = 0;
  #y = 0;
  #scaleX = 1;
  #scaleY = 1;
  #cos = 1;
  #sin = 0;

  constructor(size: number) {
    this.size = size;
    this.#data = new Uint8ClampedArray(size * size * 3);
    this.place(0, 0, 1, 1, 0);
  }

  /** Moves the frame: its middle (the picture goes from −1 to 1), its scales, and its turn in radians. */
  place(x: number, y: number, scaleX: number, scaleY: number, angle: number): void {
    this.#x = ((1 + x) * this.size) / 2;
    this.#y = ((1 + y) * this.size) / 2;
    this.#scaleX = (scaleX * this.size) / 2;
    this.#scaleY = (scaleY * this.size) / 2;
    this.#cos = Math.cos(angle);
    this.#sin = Math.sin(angle);
  }

  /** Fills the picture from one colour at the top to another at the bottom. */
  gradient(top: Color, bottom: Color): void {
    const row = 3 * this.size;
    for (let j = 0; j < this.size; j++) {
      const color = mix(top, bottom, j / this.size);
      for (let k = 0; k < row; k++) this.#data[j * row + k] = color[k % 3];
    }
  }

  ellipse(x: number, y: number, rx: number, ry: number, color: Color, alpha = 1): void {
    this.#fill(x, y, Math.max(rx, ry), color, alpha, (u, v) => ((u - x) / rx) ** 2 + ((v - y) / ry) ** 2 <= 1);
  }

  polygon(path: Path, color: Color, alpha = 1): void {
    const xs = path.filter((_, k) => k % 2 === 0);
    const ys = path.filter((_, k) => k % 2 === 1);
    const x = (Math.min(...xs) + Math.max(...xs)) / 2;
    const y = (Math.min(...ys) + Math.max(...ys)) / 2;
    const reach = Math.hypot(Math.max(...xs) - x, Math.max(...ys) - y);
    this.#fill(x, y, reach, color, alpha, (u, v) => {
      // A point is inside when a ray from it crosses the outline an odd number of times.
      let inside = false;
      for (let k = 0, last = xs.length - 1; k < xs.length; last = k++) {
        const crosses = ys[last] > v !== ys[k] > v;
        const slope = (xs[k] - xs[last]) / (ys[k] - ys[last]);
        if (crosses && u < xs[last] + (v - ys[last]) * slope) inside = !inside;
      }
      return inside;
    });
  }

  /** Straight pieces with round ends. */
  line(path: Path, width: number, color: Color, alpha = 1): void {
    for (let k = 2; k < path.length; k += 2) {
      const [ax, ay, bx, by] = path.slice(k - 2, k + 2);
      const length = Math.hypot(bx - ax, by - ay);
      this.#fill((ax + bx) / 2, (ay + by) / 2, (length + width) / 2, color, alpha, (u, v) => {
        const along = ((u - ax) * (bx - ax) + (v - ay) * (by - ay)) / length ** 2;
        const t = Math.min(1, Math.max(0, along));
        return (u - ax - t * (bx - ax)) ** 2 + (v - ay - t * (by - ay)) ** 2 <= (width / 2) ** 2;
      });
    }
  }

  image(): Image {
    return { width: this.size, height: this.size, data: new Uint8Array(this.#data) };
  }

  /** Paints the points for which `inside` holds; none of them may be further than `reach` from (x, y). */
  #fill(
    x: number,
    y: number,
    reach: number,
    color: Color,
    alpha: number,
    inside: (u: number, v: number) => boolean,
  ): void {
    const [data, size, cos, sin] = [this.#data, this.size, this.#cos, this.#sin];
    const [middleX, middleY, perX, perY] = [this.#x, this.#y, 1 / this.#scaleX, 1 / this.#scaleY];
    const column = middleX + x * this.#scaleX * cos - y * this.#scaleY * sin;
    const row = middleY + x * this.#scaleX * sin + y * this.#scaleY * cos;
    const radius = reach * Math.max(this.#scaleX, this.#scaleY);
    const left = Math.max(0, Math.floor(column - radius));
    const right = Math.min(size, Math.ceil(column + radius));
    const bottom = Math.min(size, Math.ceil(row + radius));
    for (let j = Math.max(0, Math.floor(row - radius)); j < bottom; j++) {
      const dy = j + 0.5 - middleY;
      for (let i = left; i < right; i++) {
        const dx = i + 0.5 - middleX;
        const u = (dx * cos + dy * sin) * perX;
        const v = (dy * cos - dx * sin) * perY;
        if (!inside(u, v)) continue;
        const pixel = 3 * (j * size + i);
        for (let c = 0; c < 3; c++) data[pixel + c] += (color[c] - data[pixel + c]) * alpha;
      }
    }
  }
}
