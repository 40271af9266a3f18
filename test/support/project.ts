/** A temporary workspace that goes away when the test ends. */
import {
  cpSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { onTestFinished } from "vitest";

/** Files as text (or values, written as JSON) by relative path; `from` copies a fixture folder first. */
export function tempProject(files: Record<string, unknown> = {}, from?: string): string {
  const root = mkdtempSync(join(tmpdir(), "kingmaker-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  if (from !== undefined) cpSync(from, root, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(
      join(root, name),
      typeof content === "string" ? content : JSON.stringify(content, null, 2),
    );
  }
  return root;
}

/** Every file below a folder with its text, for "nothing changed" assertions. */
export function snapshot(root: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    // What is known of the files is a cache: a run that changes no file may know more after it.
    if (!entry.isFile() || entry.name === ".facts.jsonl") continue;
    const path = join(entry.parentPath, entry.name);
    found[relative(root, path)] = readFileSync(path, "utf8");
  }
  return found;
}
