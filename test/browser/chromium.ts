// A browser for the tests: an installed Chromium, or the one that comes as a package.

import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

export async function openBrowser(): Promise<Browser> {
  const installed = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
  if (installed) return chromium.launch({ executablePath: installed, args: ["--no-sandbox"] });
  const { default: packaged } = await import("@sparticuz/chromium");
  return chromium.launch({ executablePath: await packaged.executablePath(), args: packaged.args });
}
