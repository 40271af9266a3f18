/** What checks and starts JavaScript: tsc, eslint, npm. */
import type { Category } from "./categories.ts";
import { lineAt, seek } from "./log.ts";
import { categoryOfMessage } from "./message.ts";
import type { Finding, Log } from "./types.ts";

export function readTsc(log: Log): Finding | null {
  const errors = log.at("tsc").filter((one) => TSC.test(lineAt(log, one)));
  const at = errors.find((one) => !lineAt(log, one).includes("node_modules/")) ?? errors[0];
  if (at === undefined) return null;
  const found = TSC.exec(lineAt(log, at));
  const code = Number(found?.[4]);
  return {
    runner: "tsc",
    at,
    category: ofCode(code),
    strength: "build",
    file: found?.[1],
    line: numberOf(found?.[2] ?? found?.[3]),
  };
}

/** A table of problems under a file's path; warnings do not fail a run. */
export function readEslint(log: Log): Finding | null {
  const [oops] = log.at("eslint").filter((at) => lineAt(log, at).startsWith("Oops! "));
  if (oops !== undefined) {
    const at = seek(log, oops + 1, 20, (line) => /^\S*(?:Error|Exception)\b/.test(line.trim()));
    const text = lineAt(log, at < 0 ? oops : at).trim();
    return {
      runner: "eslint",
      at: at < 0 ? oops : at,
      category: categoryOfMessage(text, "environment"),
      strength: "build",
    };
  }
  const end = log.at("eslint").find((at) => /^✖ \d+ problems? \(/.test(lineAt(log, at)));
  if (end === undefined) return null;
  const at = seek(log, Math.max(0, end - 3000), Math.min(3000, end), (line) => PROBLEM.test(line));
  if (at < 0) return null;
  const file = lineAt(log, seekFile(log, at)).trim();
  const category: Category = /Parsing error/.test(lineAt(log, at)) ? "syntax" : "runtime";
  return {
    runner: "eslint",
    at,
    category,
    strength: "build",
    file,
    line: Number(PROBLEM.exec(lineAt(log, at))?.[1]),
  };
}

/** npm's own complaint; that a script failed is no reason. */
export function readNpm(log: Log): Finding | null {
  const at = log.at("npm").find((one) => !NOTHING.test(lineAt(log, one)));
  if (at === undefined) return null;
  const missing = log
    .at("npm")
    .find((one) =>
      /^npm (?:error|ERR!) (?:enoent|404|Missing script|ERESOLVE|request to|notarget)/.test(
        lineAt(log, one),
      ),
    );
  const line = lineAt(log, missing ?? at);
  const category: Category = /Missing script/.test(line) ? "runtime" : "environment";
  return { runner: "npm", at: missing ?? at, category, strength: "wrapper" };
}

// ---------------------------------------------------------------------------------------------

const TSC = /^(?:(\S[^\n(]{0,300}?)(?:\((\d+),\d+\)|:(\d+):\d+))?(?: - |: )?error TS(\d+): /;

const numberOf = (digits: string | undefined): number | undefined =>
  digits === undefined ? undefined : Number(digits);

/** 1xxx: the parser; what names a module that is not there; else types and options. */
function ofCode(code: number): Category {
  if (code >= 1000 && code < 2000) return "syntax";
  if (IMPORTS.has(code)) return "import";
  if (code >= 5000 && code < 7000) return "environment";
  return code === 18003 ? "environment" : "attribute_type";
}

const IMPORTS = new Set([2305, 2306, 2307, 2614, 2688, 2732, 2792, 2834, 2835, 6053, 7016]);
const PROBLEM = /^\s+(\d+):\d+\s+error\s+\S/;
const NOTHING =
  /^npm (?:error|ERR!) (?:Lifecycle|code ELIFECYCLE|errno|A complete log|path|workspace|location|command|Exit|Test failed|\s|$|code \d|Run|npm help|To see a list)/;

function seekFile(log: Log, at: number): number {
  for (let one = at - 1; one >= Math.max(0, at - 2000); one--)
    if (/^\S/.test(lineAt(log, one))) return one;
  return -1;
}
