/**
 * The cheap first look: commands of plain and quoted words, alone or joined by `&&`, `||` and `|`, are read without
 * the grammar. Anything that could mean more to a shell is left to it, so that the outcome is always the grammar's.
 */
import type { ShellCommand } from "./command.ts";

/** null: not plain, ask the grammar. */
export function plainCommands(source: string): readonly ShellCommand[] | null {
  if (source.length > LONGEST || !PLAIN.test(source)) return null;
  const found: ShellCommand[] = [];
  let words: string[] = [];
  let piped = false;
  for (const [token] of source.matchAll(TOKEN)) {
    if (!OPERATORS.has(token)) {
      if (words.length === 0 && RESERVED.has(token)) return null;
      words.push(unquoted(token));
      continue;
    }
    found.push(commandOf(words, piped));
    piped = token === "|";
    words = [];
  }
  found.push(commandOf(words, piped));
  return found;
}

// ---------------------------------------------------------------------------------------------

/** Longer texts are hardly ever plain, and matching keeps a place to go back to for each character. */
const LONGEST = 4000;

const BARE = String.raw`[\w./:@%+,=~^*?\]\[-]`;
const WORD = String.raw`(?:${BARE}|'[ -&(-~]*'|"[ !#%-\[\]^_a-~]*")+`;
/** No quotes, `=` or brackets: an assignment, or a name that the grammar has to make out. */
const PROGRAM = String.raw`[\w./+-]+`;
const COMMAND = String.raw`${PROGRAM}(?:[ \t]+${WORD})*`;
const PLAIN = new RegExp(
  String.raw`^[ \t]*${COMMAND}(?:[ \t]*(?:&&|\|\|?)[ \t]*${COMMAND})*[ \t\n]*$`,
);
const TOKEN = new RegExp(String.raw`&&|\|\|?|${WORD}`, "g");

const OPERATORS: ReadonlySet<string> = new Set(["&&", "||", "|"]);

/** Words that begin a construct of their own where a program's name would stand. */
const RESERVED: ReadonlySet<string> = new Set(
  (
    "if then elif else fi for while until do done case esac in select function time coproc let " +
    "declare typeset local export readonly nameref"
  ).split(" "),
);

function commandOf([program = "", ...args]: readonly string[], piped: boolean): ShellCommand {
  return { program, args, redirects: [], heredocs: [], assigns: [], piped, substituted: false };
}

/** Quotes of one kind may stand in the other. */
function unquoted(word: string): string {
  if (!/['"]/.test(word)) return word;
  return word.replace(
    /'([^']*)'|"([^"]*)"/g,
    (_, single?: string, double?: string) => single ?? double ?? "",
  );
}
