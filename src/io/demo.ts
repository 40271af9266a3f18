/** Makes the demo workspace anew: an empty folder with the sample's settings. */
import { copyFileSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Removes demo/ beside the sample and makes it again; gives its path. */
export function makeDemo(): string {
  const project = fileURLToPath(new URL("../../", import.meta.url));
  const demo = join(project, "demo");
  rmSync(demo, { recursive: true, force: true });
  mkdirSync(demo);
  copyFileSync(join(project, "sample/chain.toml"), join(demo, "chain.toml"));
  return demo;
}
