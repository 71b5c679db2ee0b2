import * as torchlet from "torchlet";
import * as extend from "torchlet/extend";
import { program } from "./program.js";

console.log(JSON.stringify(await program(torchlet, extend)));
