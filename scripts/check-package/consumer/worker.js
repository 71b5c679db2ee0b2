import * as torchlet from "torchlet";
import { program } from "./program.js";

program(torchlet).then(postMessage);
