/** The page begins: what is to be seen first, then the worker, which has most to do. */

import { render } from "preact";
import { App, followAddress } from "./app.js";
import "./style.css";
import { hear, start } from "./watch/state.js";
import { listen, startWorker } from "./worker-link.js";

function begin(): void {
  startWorker();
  start();
  followAddress();
}

/** Does something once the page has been drawn, or at once where nobody sees it. */
function afterDrawing(act: () => void): void {
  if (document.hidden) act();
  else requestAnimationFrame(() => setTimeout(act));
}

listen(hear);
render(<App />, document.getElementById("page")!);
// Both at once, on a machine of two cores, and each waits for the other.
afterDrawing(begin);
