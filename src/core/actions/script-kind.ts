/** What a script file or a snippet of code does, from its name and its text. */
import { CHECK_WORDS, KIND_WORDS, WRITE_WORDS } from "./programs.ts";
import type { Kind } from "./act-kind.ts";
import { codeKind } from "./code-kind.ts";

/**
 * A script run by name. `fix_imports.py` changes files, `test_fix.py` and `reproduce.py` check; for
 * a name that says nothing its text does, when it was written in the same turn.
 */
export function scriptKind(path: string, body?: string, args: readonly string[] = []): Kind {
  const file = path.slice(path.lastIndexOf("/") + 1);
  if (file === "setup.py")
    return args.includes("test") || args.includes("check") ? "verify" : "call";
  const words = nameWords(file.replace(/\.\w+$/, ""));
  // "simple_fix.py" fixes: what kind of script it is counts where nothing says what it does.
  const telling =
    words.find((word) => WRITE_WORDS.has(word) || CHECK_WORDS.has(word)) ??
    words.find((word) => KIND_WORDS.has(word));
  if (telling !== undefined) return WRITE_WORDS.has(telling) ? writeOrCheck(body) : "verify";
  if (body === undefined) return args.length > 0 ? "run" : "verify";
  return codeKind(body);
}

/** "applyCorrect_fixes-2" -> ["apply", "correct", "fixes", "2"]. */
export function nameWords(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .map((word) => word.replace(/\d+$/, ""))
    .filter((word) => word !== "");
}

// ---------------------------------------------------------------------------------------------

/** A script called "fix": if its text is at hand and writes no file, it only shows a fix. */
function writeOrCheck(body: string | undefined): Kind {
  return body === undefined || codeKind(body) === "write" ? "write" : "verify";
}
