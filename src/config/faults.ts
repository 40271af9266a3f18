/**
 * What a schema refuses in chain.toml, in words: the file, the line, the key, the nearest known one.
 */
import type { z } from "zod";
import { nearestName } from "../core/text/nearest.ts";
import { UserError } from "../errors.ts";
import { keysAt } from "./keys.ts";
import { isTable, lineOf, type Table } from "./toml.ts";

/** The first of what the schema refused, with the value that stands there in `raw`. */
export function configError(error: z.ZodError, text: string, path: string, raw: Table): UserError {
  const issue = error.issues[0];
  if (issue === undefined)
    return new UserError(`config: ${path} is not valid`, "compare it with `npm run config`");
  if (issue.code === "unrecognized_keys") {
    const key = issue.keys[0] ?? "";
    const known = keysAt(issue.path);
    const near = nearestName(key, known);
    const where = issue.path.length === 0 ? key : `[${issue.path.join(".")}].${key}`;
    return new UserError(
      `config: ${path}${lineOf(text, [...issue.path, key])}: unknown key ${where}`,
      near === null ? `known keys there: ${known.join(", ")}` : `did you mean ${near}?`,
    );
  }
  const at = issue.path;
  const value = at.reduce<unknown>(
    (node, key) =>
      isTable(node) || Array.isArray(node) ? (node as Table)[String(key)] : undefined,
    raw,
  );
  const label =
    at.length > 1 ? `[${at.slice(0, -1).join(".")}].${String(at.at(-1))}` : `[${at.join(".")}]`;
  return new UserError(
    `config: ${path}${lineOf(text, at)}: ${label} is ${JSON.stringify(value) ?? "missing"}; ${issue.message}`,
    `edit it; \`npm run config\` prints every key with its default`,
  );
}
