/**
 * Which build makes facts: what was derived by other code is derived anew. Told by the files of the
 * program, since a version that somebody has to raise by hand is forgotten once.
 */
import { createHash } from "node:crypto";
import { readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** 12 hex digits over names, sizes and times of change of all source files; the same for a whole process. */
export function buildPrint(): string {
  return (known ??= printOfBuild());
}

// ---------------------------------------------------------------------------------------------

let known: string | undefined;

/** src/ here, dist/ in the package. */
function printOfBuild(): string {
  const home = join(dirname(fileURLToPath(import.meta.url)), "../../..");
  const hash = createHash("sha256");
  for (const folder of ["src", "dist"]) {
    for (const name of namesIn(join(home, folder))) {
      const { size, mtimeMs } = statSync(join(home, folder, name));
      hash.update(`${folder}/${name} ${size} ${mtimeMs}\n`);
    }
  }
  return hash.digest("hex").slice(0, 12);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => /\.[jt]s(?:on)?$/.test(name))
      .sort();
  } catch {
    // One of the two is there.
    return [];
  }
}
