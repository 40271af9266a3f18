/**
 * The text of chain.toml: its tables, and the line on which a key stands.
 */
import TOML from "@iarna/toml";
import { UserError, errorMessage } from "../errors.ts";

export type Table = Record<string, unknown>;
export const isTable = (value: unknown): value is Table =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * @throws UserError for a syntax error: line, column, what was met.
 */
export function parseToml(text: string, path: string): Table {
  try {
    return TOML.parse(text.replace(/^\uFEFF/, "")) as Table;
  } catch (error) {
    const at = error as { line?: number; col?: number };
    const where = at.line === undefined ? "" : ` line ${at.line + 1}, column ${(at.col ?? 0) + 1}`;
    const why = (errorMessage(error).split("\n")[0] ?? "").replace(
      / at row \d+, col \d+, pos \d+:?$/,
      "",
    );
    throw new UserError(
      `config: ${path}${where} is not valid TOML: ${why}`,
      `mend that line; \`npm run config\` prints every key with its default`,
      { cause: error },
    );
  }
}

/** " line N" of a key in the text, or "" when it cannot be found (inline tables, dotted keys). */
export function lineOf(text: string, path: readonly PropertyKey[]): string {
  const key = String(path.at(-1) ?? "");
  const section = path.slice(0, -1).join(".");
  let current = "";
  for (const [index, line] of text.split("\n").entries()) {
    const header = /^\s*\[+\s*([^\]]+?)\s*\]+/.exec(line);
    if (header) {
      current = (header[1] ?? "").replaceAll('"', "");
      if (current === path.join(".")) return ` line ${index + 1}`;
    } else if (current === section && line.trimStart().replace(/^"/, "").startsWith(key)) {
      return ` line ${index + 1}`;
    }
  }
  return "";
}

/** " line N" of the first line that gives the value, quoted. */
export function lineOfValue(text: string, value: string): string {
  const at = text
    .split("\n")
    .findIndex((line) => /\bprovider\b/.test(line) && line.includes(JSON.stringify(value)));
  return at < 0 ? "" : ` line ${at + 1}`;
}
