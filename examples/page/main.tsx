/** The page begins: the worker first, which has most to do, then what is to be seen. */

import { render } from "preact";
import { App } from "./app.js";
import "./style.css";
import { hear, start } from "./watch/state.js";
import { listen, startWorker } from "./worker-link.js";

listen(hear);
startWorker();
start();

render(<App />, document.getElementById("page")!);
