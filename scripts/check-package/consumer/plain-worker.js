import * as torchlet from "./node_modules/torchlet/dist/index.js";
import { program } from "./program.js";

program(torchlet).then(postMessage);
