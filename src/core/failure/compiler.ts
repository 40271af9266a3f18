/** gcc, clang, their linkers and javac: "file:line: error: what". Other languages with this form have rows of their own. */
import type { Category } from "./categories.ts";
import { lineAt } from "./log.ts";
import type { Finding, Log } from "./types.ts";

export function readCompiler(log: Log): Finding | null {
  const at = log.at("place").find((one) => ERROR.test(lineAt(log, one)));
  if (at !== undefined) {
    const found = ERROR.exec(lineAt(log, at));
    const text = found?.[4] ?? "";
    const isJava = (found?.[1] ?? "").endsWith(".java");
    return {
      runner: isJava ? "javac" : "gcc",
      at,
      category: isJava ? ofJava(text) : ofC(text, found?.[3] === "fatal error"),
      strength: "build",
      file: found?.[1],
      line: Number(found?.[2]),
    };
  }
  return linked(log);
}

/** What javac says of a line, without its place. */
export function ofJava(text: string): Category {
  if (/^package \S+ does not exist|^cannot access |^module not found|^class file for/.test(text))
    return "import";
  return /expected|illegal start|not a statement|reached end of file|unclosed|orphaned|without '|illegal character|unterminated|malformed|class, interface/.test(
    text,
  )
    ? "syntax"
    : "attribute_type";
}

// ---------------------------------------------------------------------------------------------

const ERROR =
  /^(?![^\s:]{1,300}\.(?:l?hs|swift|kts?|scala):)([^\s:]{1,300}):(\d+):(?:\d+:)? (fatal error|error|internal compiler error): (.*)$/;

function ofC(text: string, isFatal: boolean): Category {
  if (isFatal && /No such file or directory|file not found/.test(text)) return "import";
  if (/^static assertion failed|^static_assert failed/.test(text)) return "assertion";
  return /^(?:expected |stray |missing terminating|unterminated|extraneous|invalid preprocessing|parse error|unexpected|unmatched|.else. without|unbalanced|unknown type name .{0,80}expected|invalid suffix|missing binary operator|two or more data types|lvalue required|case label not within|break statement not)|^.{1,80} before .{0,60} token$/.test(
    text,
  )
    ? "syntax"
    : "attribute_type";
}

/** Symbols and libraries that the linker does not find. */
function linked(log: Log): Finding | null {
  const [symbol] = log.at("undefinedReference");
  const [library] = log.at("noLibrary");
  const at = symbol ?? library;
  return at === undefined ? null : { runner: "gcc", at, category: "import", strength: "build" };
}
