/** boardImages: the pictures of a net that TensorBoard shows: what its first layer looks for, and what it confuses. */

import type { Image } from "../data/image.js";
import type { ImageDataset } from "../data/image-dataset.js";
import { filterPictures } from "../explain/pictures.js";
import type { BoardImage } from "../io/tensorboard/event-writer.js";
import { Conv2d } from "../layers/conv2d.js";
import type { Sequential } from "../layers/sequential.js";
import { confusionMatrix } from "../metrics/classification.js";
import { printableName } from "../text.js";
import { isGrey } from "./charts/data.js";
import { pngOf } from "./pictures.js";
import { predictAll } from "./predictions.js";

type Color = readonly [red: number, green: number, blue: number];

const WHITE: Color = [255, 255, 255];
/** What is called what it is, and what is not: as in the report. */
const [RIGHT, WRONG]: Color[] = [
  [58, 134, 200],
  [224, 123, 34],
];

/** A table of squares of `cell` by `cell` pixels. */
function squares(rows: number, columns: number, cell: number, colorOf: (row: number, column: number) => Color): Image {
  const [width, height] = [columns * cell, rows * cell];
  const data = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      data.set(colorOf(Math.floor(y / cell), Math.floor(x / cell)), 3 * (y * width + x));
    }
  }
  return { width, height, data };
}

/** Pictures of one size side by side, in rows of eight, a pixel apart. */
function sheet(images: readonly Image[]): Image {
  const [{ width: w, height: h }] = images;
  const columns = Math.min(8, images.length);
  const rows = Math.ceil(images.length / columns);
  return squares(rows * (h + 1), columns * (w + 1), 8, (row, column) => {
    const image = images[columns * Math.floor(row / (h + 1)) + Math.floor(column / (w + 1))];
    const [y, x] = [row % (h + 1), column % (w + 1)];
    if (!image || y === h || x === w) return WHITE;
    const at = 3 * (y * w + x);
    return [image.data[at], image.data[at + 1], image.data[at + 2]];
  });
}

/** A row is a class, a column what its photographs are called: the darker, the larger a part of the row. */
function confusionPicture(matrix: readonly (readonly number[])[]): Image {
  const k = matrix.length;
  const shares = matrix.map((row) =>
    row.map(
      (n) =>
        n /
        Math.max(
          1,
          row.reduce((sum, each) => sum + each),
        ),
    ),
  );
  return squares(k, k, Math.max(4, Math.floor(256 / k)), (is, called) => {
    const share = shares[is][called];
    const [red, green, blue] = (is === called ? RIGHT : WRONG).map((full) => 255 - share * (255 - full));
    return [red, green, blue];
  });
}

/** More classes than this make no table that anybody reads. */
const IN_WORDS = 20;

/** The matrix as a table of Markdown, where it has room. */
function confusionTable(classes: readonly string[], matrix: readonly (readonly number[])[]): string {
  const lead = "Rows: what the test photographs are. Columns: what they are called.";
  if (classes.length > IN_WORDS) return lead;
  const names = classes.map((name) => printableName(name).replaceAll("|", "\\|"));
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(" | ")} |`;
  const rows = matrix.map((row, is) => line([names[is], ...row]));
  return [`${lead}\n`, line(["", ...names]), line(["---", ...names.map(() => "---:")]), ...rows].join("\n");
}

async function picture(tag: string, image: Image, description: string): Promise<BoardImage> {
  return { tag, width: image.width, height: image.height, png: await pngOf(image), description };
}

/** Of a net in evaluation mode: the filters of its first convolution, and its confusion matrix on the test photographs. */
export async function boardImages(model: Sequential, test: ImageDataset): Promise<BoardImage[]> {
  const first = Array.from(model.modules()).find((module) => module instanceof Conv2d)!;
  const filters = await filterPictures(first.weight, { grey: isGrey(test) });
  const { predicted, labels, classes } = await predictAll(model, test);
  const matrix = confusionMatrix(predicted, labels, classes.length);
  return Promise.all([
    picture("filters", sheet(filters), "The first convolution's filters, each in its own range."),
    picture("confusion", confusionPicture(matrix), confusionTable(classes, matrix)),
  ]);
}
