/** The program in a page and in a worker of that page. */

import * as torchlet from "torchlet";
import * as extend from "torchlet/extend";
import { program } from "./program.js";

function inWorker() {
  const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(`worker: ${message}`));
  });
}

window.results = async () => ({ page: await program(torchlet, extend), worker: await inWorker() });
