import * as torchlet from "torchlet";
import * as extend from "torchlet/extend";
import { program } from "./program.js";

program(torchlet, extend).then(postMessage);
