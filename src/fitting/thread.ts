// What a thread of the bootstrap runs.

import { serve } from "../web-pool.ts";
import { bootstrapChunk } from "./bootstrap.ts";

serve({ bootstrap: bootstrapChunk });
