/** The app in a page, for a test to call. */

import { train } from "./train.js";

declare global {
  interface Window {
    train: typeof train;
  }
}

window.train = train;
