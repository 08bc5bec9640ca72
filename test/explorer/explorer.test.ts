// The built explorer in a real Chromium: what a reader does, what a hostile link does, and what must never happen. All sections
// share one browser and one page (browser.ts); what takes longer is in test/slow/explorer.test.ts.

import { shareBrowser } from "./browser.ts";
import { around } from "./sections/around.ts";
import { dynamics } from "./sections/dynamics.ts";
import { everyone } from "./sections/everyone.ts";
import { faults } from "./sections/faults.ts";
import { links } from "./sections/links.ts";
import { phases } from "./sections/phases.ts";
import { reading } from "./sections/reading.ts";
import { runs } from "./sections/runs.ts";
import { schedules } from "./sections/schedules.ts";
import { site } from "./sections/site.ts";
import { speed } from "./sections/speed.ts";

shareBrowser();
phases();
dynamics();
schedules();
// the last of what it reads is the example of the runs, which their tests go on from
reading();
runs();
speed();
links();
around();
site();
everyone(["wide", "phone", "dynamics", "schedules on a phone"]);
faults();
