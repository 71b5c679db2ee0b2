import * as torchlet from "torchlet";
import { program } from "./program.js";

console.log(JSON.stringify(await program(torchlet)));
