// What a thread of the bootstrap runs.

import workerpool from "workerpool";
import { bootstrapChunk } from "./bootstrap.ts";

workerpool.worker({ bootstrap: bootstrapChunk });
