/** The app in a page, for a test to call. */

import { product } from "./product.js";
import { train } from "./train.js";

declare global {
  interface Window {
    product: typeof product;
    train: typeof train;
  }
}

Object.assign(window, { product, train });
