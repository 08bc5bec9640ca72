// A Chromium to test in: the one installed, else the one that comes in a package.

import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const INSTALLED = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

export async function launch(): Promise<Browser> {
  const installed = [process.env.CHROMIUM_PATH ?? "", ...INSTALLED].find((path) => path && existsSync(path));
  if (installed) return chromium.launch({ executablePath: installed, args: ["--no-sandbox"] });
  const { default: packaged } = await import("@sparticuz/chromium");
  // not with the package's own arguments: they emulate a GPU on the processor and draw pages through it, which takes three times
  // as long as drawing in software, what browsers do where there is no GPU
  return chromium.launch({ executablePath: await packaged.executablePath(), args: ["--no-sandbox", "--disable-gpu"] });
}
