/** imagesToDataset: decoded images of any size as a dataset. */

import {
  aString,
  checkArgument,
  checkOptions,
  listOf,
  needed,
  numbers,
  type OptionKinds,
  oneOf,
} from "../tensor/arguments.js";
import { show } from "../tensor/show.js";
import { fitImage, type ResizeMode } from "./fit-image.js";
import { anImage, type Channels, channelsOf, type Image, someChannels } from "./image.js";
import { ImageDataset } from "./image-dataset.js";
import { anImageSize, bytesOf, type ImageSize, shapeOf } from "./image-shape.js";
import { toPlanes } from "./image-to-tensor.js";

export interface ImagesToDatasetOptions {
  /** The class of each image. */
  labels: ArrayLike<number>;
  /** What the classes are called, by label. */
  classes: readonly string[];
  /** Width and height of every image in the dataset. Default: those of the first. */
  size?: ImageSize;
  /** 1 (grey), 3 (red, green, blue) or 4 (and how opaque). Default: those of the first. */
  channels?: Channels;
  /** What becomes of an image of another shape: "stretch" (default), "crop" to its middle, or "pad" with black bars. */
  resize?: ResizeMode;
}

const KINDS: OptionKinds<ImagesToDatasetOptions> = {
  labels: needed(numbers),
  classes: needed(listOf("a list of names", aString)),
  size: anImageSize,
  channels: someChannels,
  resize: oneOf<ResizeMode>("stretch", "crop", "pad"),
};

/**
 * A dataset of images that are in memory: what `decodeImage` gives of a file's bytes, and `imageFrom` of what a page has
 * pictures in.
 * @throws RangeError when there is no image, labels and images are not of the same number, or a label has no class
 */
export function imagesToDataset(images: readonly Image[], options: ImagesToDatasetOptions): ImageDataset {
  checkArgument("imagesToDataset", "images", images, listOf("a list of images", anImage));
  checkOptions("imagesToDataset", options, KINDS);
  const { labels, classes, resize = "stretch" } = options;
  if (images.length === 0) throw new RangeError("imagesToDataset: there are no images");
  if (labels.length !== images.length) {
    throw new RangeError(`imagesToDataset: ${labels.length} labels for ${images.length} images`);
  }
  const wrong = Array.from(labels).findIndex((label) => !Number.isInteger(label));
  if (wrong !== -1) throw new RangeError(`imagesToDataset: the label of image ${wrong} is ${show(labels[wrong])}`);
  const [first] = images;
  const { size = { width: first.width, height: first.height }, channels = channelsOf(first) } = options;
  const shape = shapeOf(size, channels);
  const pixels = images.map((image) => {
    const planes = new Uint8Array(bytesOf(shape));
    toPlanes(fitImage(image, shape, resize), planes);
    return planes;
  });
  return new ImageDataset({ pixels, labels: Int32Array.from(labels), classes, size, channels });
}
