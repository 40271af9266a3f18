/**
 * The file of held-out problems that [source].held_out names: JSON Lines of strings or of records in
 * the SWE-bench shape, or plain text with a problem a paragraph.
 */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { UserError, errorCode } from "../errors.ts";
import { expandHome } from "./home-path.ts";

const FIELDS = ["problem_statement", "text", "prompt", "pr_description", "patch"];

/**
 * Each problem's text; `path` is relative to the workspace.
 * @throws UserError for a file that is not there, a broken line, no problem.
 */
export async function readHeldOut(root: string, path: string): Promise<readonly string[]> {
  const text = await readFile(resolve(root, expandHome(path)), "utf8").catch((error: unknown) => {
    throw new UserError(
      `[source].held_out: ${path} cannot be read (${errorCode(error)})`,
      "name a JSON Lines or text file of held-out problems, relative to the workspace",
      { cause: error },
    );
  });
  const problems = path.endsWith(".jsonl") ? readLines(path, text) : text.split(/\n[ \t]*\n/);
  const told = problems.filter((problem) => problem.trim() !== "");
  if (told.length > 0) return told;
  throw new UserError(
    `[source].held_out: ${path} holds no problem`,
    "fill it, or take held_out out of chain.toml",
  );
}

// ---------------------------------------------------------------------------------------------

function readLines(path: string, text: string): string[] {
  return text.split("\n").flatMap((line, at) => {
    if (line.trim() === "") return [];
    const problem = problemOf(line);
    if (problem !== null) return [problem];
    throw new UserError(
      `[source].held_out: ${path} line ${at + 1} is neither a JSON string nor a record with one of ${FIELDS.join(", ")}`,
      "mend that line, or use a plain text file (.txt) with a problem a paragraph",
    );
  });
}

function problemOf(line: string): string | null {
  const value = parse(line);
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null) return null;
  const texts = Object.entries(value).flatMap(([key, field]) =>
    FIELDS.includes(key) && typeof field === "string" ? [field] : [],
  );
  return texts.length === 0 ? null : texts.join("\n\n");
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null; // Said with the line's number by the caller.
  }
}
