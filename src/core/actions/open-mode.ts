/** Whether a piece of code opens files to write or to read, whatever stands inside the brackets. */

export type Opens = { readonly writes: boolean; readonly reads: boolean };

/**
 * Looks at every `open(...)`, `fopen(...)`, `File.open(...)`, `path.open(...)` and takes its mode: the
 * second argument, of a method of a path the first, or `mode=`. A mode that is no literal counts as
 * reading. Linear in the code: brackets are followed once for each call, and `MOST` characters far.
 */
export function opensOf(code: string): Opens {
  let writes = false;
  let reads = false;
  for (const found of code.matchAll(OPEN)) {
    const args = argumentsAt(code, found.index + found[0].length);
    const mode = modeOf(found[1] ?? "", args);
    if (/[wax+>]/.test(mode)) writes = true;
    else reads = true;
  }
  return { writes, reads };
}

// ---------------------------------------------------------------------------------------------

/** What stands before `open(`: nothing, a module, or an object with a method. */
const OPEN = /(?:([\w\])]{1,60})\.)?\b(?:f?open|sysopen)\s*\(/g;
const MOST = 2000;

/** Modules whose `open` takes the path first, as the built-in does. */
const MODULES: ReadonlySet<string> = new Set([
  "io",
  "os",
  "codecs",
  "gzip",
  "bz2",
  "lzma",
  "builtins",
  "tarfile",
  "zipfile",
  "aiofiles",
  "fs",
  "File",
  "IO",
  "Pathname",
]);

function modeOf(owner: string, args: readonly string[]): string {
  const named = args.map((arg) => /^\s*mode\s*[=:]\s*([\s\S]*)$/.exec(arg)?.[1]).find(Boolean);
  if (named !== undefined) return literal(named);
  const isMethod = owner !== "" && !MODULES.has(owner);
  // Perl: open(my $f, ">", $name), or the sign and the name in one word.
  return literal(args[isMethod ? 0 : 1] ?? "");
}

/** The text of a literal, as short as modes are; "" for anything else. */
function literal(arg: string): string {
  return (
    /^\s*[a-z]?(["'])([rwaxbtU+<>:]{1,6}|>{1,2}[^"']{1,200})\1\s*$/.exec(arg)?.[2]?.slice(0, 4) ??
    ""
  );
}

/** Arguments from behind the opening bracket to the closing one, cut at the commas of the top level. */
function argumentsAt(code: string, start: number): string[] {
  const args: string[] = [];
  let depth = 0;
  let from = start;
  const end = Math.min(code.length, start + MOST);
  for (let at = start; at < end; at++) {
    const char = code[at] ?? "";
    if (char === '"' || char === "'") at = closing(code, at, end);
    else if ("([{".includes(char)) depth++;
    else if (")]}".includes(char)) {
      if (depth === 0) return [...args, code.slice(from, at)];
      depth--;
    } else if (char === "," && depth === 0) {
      args.push(code.slice(from, at));
      from = at + 1;
    }
  }
  return [...args, code.slice(from, end)];
}

/** Where the string that opens here is closed. */
function closing(code: string, open: number, end: number): number {
  for (let at = open + 1; at < end; at++) {
    if (code[at] === "\\") at++;
    else if (code[at] === code[open] || code[at] === "\n") return at;
  }
  return end;
}
