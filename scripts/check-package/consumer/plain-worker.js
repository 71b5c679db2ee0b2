import * as extend from "./node_modules/torchlet/dist/bundle/extend.js";
import * as torchlet from "./node_modules/torchlet/dist/bundle/index.js";
import { program } from "./program.js";

program(torchlet, extend).then(postMessage);
