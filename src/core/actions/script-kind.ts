/** What a script file or a snippet of code does, from its name and its text. */
import { CHECK_WORDS, WRITE_WORDS } from "./programs.ts";
import type { Kind } from "./act-kind.ts";

/**
 * A script run by name. `fix_imports.py` changes files, `test_fix.py` and `reproduce.py` check; for
 * a name that says nothing its text does, when it was written in the same turn.
 */
export function scriptKind(path: string, body?: string, args: readonly string[] = []): Kind {
  const file = path.slice(path.lastIndexOf("/") + 1);
  if (file === "setup.py")
    return args.includes("test") || args.includes("check") ? "verify" : "call";
  if (file === "manage.py") return /^(test|check)$/.test(args[0] ?? "") ? "verify" : "call";
  const words = nameWords(file.replace(/\.\w+$/, ""));
  const telling = words.find((word) => WRITE_WORDS.has(word) || CHECK_WORDS.has(word));
  if (telling !== undefined) return WRITE_WORDS.has(telling) ? writeOrCheck(body) : "verify";
  if (body === undefined) return args.length > 0 ? "run" : "verify";
  return pythonKind(body);
}

/** Inline code: what it does to files decides, else it is there to see how something behaves. */
export function pythonKind(code: string): Kind {
  if (WRITES_FILE.test(code)) return "write";
  if (/__version__|__file__|sys\.version/.test(code) && code.length < 200) return "search";
  const reads = /\bopen\(|\.read_text\(|readFileSync\(|getsource\(/.test(code);
  const runsMore = /\b(assert|try:|raise)\b/.test(code) || IMPORTS_MORE.test(code);
  return reads && !runsMore ? "read" : "verify";
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

const WRITES_FILE =
  /\bopen\([^)\n]{0,200},\s*(?:mode\s*=\s*)?["'](?:w|a|r\+|x)[bt+]*["']|\.write_text\(|\.write_bytes\(|writeFileSync\(|\b(?:os|shutil)\.(?:remove|rename|replace|copy|move|rmtree|unlink)\w*\(/;

/** Imports beyond the few that reading a file takes. */
const IMPORTS_MORE =
  /^\s*(?:from|import)\s+(?!re\b|os\b|sys\b|json\b|ast\b|pathlib\b|inspect\b|io\b)\w/m;

/** A script called "fix": if its text is at hand and writes no file, it only shows a fix. */
function writeOrCheck(body: string | undefined): Kind {
  return body === undefined || WRITES_FILE.test(body) ? "write" : "verify";
}
