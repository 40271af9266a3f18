/**
 * Shell text to simple commands, by a real grammar (mvdan-sh, the parser of shfmt). Everybody who
 * has to know what a turn *does* reads it here: the form check, the audit, the classifier.
 * Nothing is run and nothing is expanded.
 */
import type { Node, Parser } from "mvdan-sh";
import type { ShellCommand } from "./command.ts";
import { grammar } from "./grammar.ts";
import { plainCommands } from "./plain.ts";
import { commandsOf } from "./tree.ts";

export type ShellParse =
  | { readonly ok: true; readonly commands: readonly ShellCommand[] }
  | {
      readonly ok: false;
      /** "line:column: what", both 1-based; columns count bytes. */
      readonly message: string;
    };

/**
 * Every simple command of a script in source order, an outer one before those nested in it.
 * Wrappers (`sudo x`, `bash -c 'x'`) are commands like others: see `unwrapCommand`.
 * Empty text and comments alone give no commands. Never throws: text nested too deeply for the
 * parser's stack (some 200 levels) is an error value like a syntax error.
 */
export function parseShell(command: string): ShellParse {
  const plain = plainCommands(command);
  return plain === null ? parseByGrammar(command) : { ok: true, commands: plain };
}

/** The same without the cheap first look, which has to come to the same. */
export function parseByGrammar(command: string): ShellParse {
  return parsed(command, commandsOf);
}

/** Why a script does not parse, as `parseShell` says it; null when it does. In half of the time. */
export function shellFault(command: string): string | null {
  if (plainCommands(command) !== null) return null;
  const read = parsed(command, () => []);
  return read.ok ? null : read.message;
}

// ---------------------------------------------------------------------------------------------

/** Reused: it resets itself at each parse, and making one costs as much as a short parse. */
let parser: Parser | null = null;

function parsed(command: string, read: typeof commandsOf): ShellParse {
  // The parser would read a lone surrogate as three bytes; U+FFFD keeps the byte offsets right.
  const source = command.replace(/\p{Surrogate}/gu, "\uFFFD");
  parser ??= grammar().NewParser();
  try {
    return { ok: true, commands: read(parser.Parse(source, ""), source) };
  } catch (error) {
    // A parser that was thrown out of the middle of its work is not used again.
    parser = null;
    return { ok: false, message: messageOf(error) };
  }
}

/** Go errors arrive as plain objects with an Error method and a Pos; the rest is JavaScript's own. */
function messageOf(error: unknown): string {
  if (error instanceof RangeError) return "1:1: nested too deeply to be read";
  if (isParseError(error)) return `${error.Pos.Line()}:${error.Pos.Col()}: ${error.Text}`;
  return `1:1: ${error instanceof Error ? error.message : "not readable as shell"}`;
}

function isParseError(error: unknown): error is { Text: string; Pos: ReturnType<Node["Pos"]> } {
  return (
    typeof error === "object" &&
    error !== null &&
    "Text" in error &&
    typeof error.Text === "string" &&
    "Pos" in error &&
    typeof error.Pos === "object" &&
    error.Pos !== null &&
    "Line" in error.Pos
  );
}
