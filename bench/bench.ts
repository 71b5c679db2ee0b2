/** The benchmarks: `npm run bench -- --help`. */

import { useBackend } from "../src/index.js";
import { currentBackend } from "../src/tensor/backend/registry.js";
import { benchKernel } from "./kernels.js";
import { type BenchOptions, readOptions } from "./options.js";
import { comparedWith, describeMachine, mebibytes, percent, type Row, saveReport, short, Table } from "./report.js";
import { measureRoofline } from "./roofline.js";
import { table } from "./table.js";
