/** Which Kingmaker this is: the version of its package, and in a checkout the commit. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";

/** "0.1.0", or of a checkout "0.1.0 (0123456789ab)". */
export function buildName(home = HOME): string {
  const { version } = packageSchema.parse(
    JSON.parse(readFileSync(join(home, "package.json"), "utf8")),
  );
  // Installed below somebody's own checkout, git would name theirs.
  const commit = existsSync(join(home, ".git")) ? commitOf(home) : null;
  return commit === null ? version : `${version} (${commit})`;
}

// ---------------------------------------------------------------------------------------------

/** src/io/ here, dist/io/ in the package. */
const HOME = fileURLToPath(new URL("../..", import.meta.url));

const packageSchema = z.object({ version: z.string() });

/** null: there is no git, or no commit. */
function commitOf(home: string): string | null {
  try {
    return execFileSync("git", ["-C", home, "rev-parse", "--short=12", "HEAD"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return null;
  }
}
