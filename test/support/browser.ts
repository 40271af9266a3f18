/** Debian's chromium through playwright-core. Without one the tests that need it say so and are skipped. */
import { existsSync } from "node:fs";
import { chromium, type Browser } from "playwright-core";
import { CHROMIUM_FLAGS } from "../../src/viewer/shots.ts";

const CHROMIUM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

/** In CI a missing browser is a fault, not a reason to skip: the launch fails there. */
export const HAS_BROWSER = existsSync(CHROMIUM) || process.env["CI"] === "true";

if (!HAS_BROWSER) {
  console.warn(
    `SKIPPED: the viewer's browser tests, there is no ${CHROMIUM} (apt-get install chromium, or set CHROMIUM)`,
  );
}

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [...CHROMIUM_FLAGS],
  });
}
