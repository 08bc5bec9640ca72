// Writes the JSON Schema of sweep plans beside the built library, for editors and other tools.
import { writeFileSync } from "node:fs";
import { planSchema } from "../build/lib/sweep/index.js";

writeFileSync("build/lib/sweep/sweep-plan.schema.json", `${JSON.stringify(planSchema, null, 2)}\n`);
