/** What a call of a named tool does, from its name and arguments. */
import type { Args } from "./acts.ts";
import { codeKind } from "./code-kind.ts";
import { knownTool, plainName } from "./tool-names.ts";
import { nameWords } from "./script-kind.ts";
import type { Kind } from "./act-kind.ts";

/** `ask`: the tool puts a question to the user. Names of known agents first, then the words of the name. */
export function toolKind(name: string, args: Args): Kind | "ask" {
  const plain = plainName(name);
  const command = textOf(args["command"]);
  if (EDITORS.test(plain) && command !== "") {
    if (command === "view") return isFolder(args) ? "search" : "read";
    return "write";
  }
  if (/^finish$/.test(plain) && /give_?up/i.test(textOf(args["return_type"]))) return "blocked";
  const known = knownTool(name);
  if (known !== undefined) {
    if (!isElsewhere(plain, args)) return known;
    if (known === "write") return "call";
  }
  return byWords(name, args);
}

/** An editor with commands: Anthropic's, SWE-agent's, OpenHands', goose's. */
const EDITORS = /^str_replace(_based_edit_tool|_editor)?$|^(text_|file_)?editor$|^edit_anthropic$/;

/** Tools of business APIs share short names: `create`, `open`, `find` without a file act on the world. */
function isElsewhere(plain: string, args: Args): boolean {
  if (
    !/^(create|insert|append|replace|open|patch|list|view|process|message|read|write|edit)$/.test(
      plain,
    )
  )
    return false;
  const keys = Object.keys(args);
  return keys.length > 0 && !keys.some((key) => FILE_ARGS.includes(key) || FILE_KEY.test(key));
}

const FILE_KEY =
  /path|file|dir|text|input|patch|content|pattern|url|edits|old|new|line|query|search|replac/i;

function byWords(name: string, args: Args): Kind | "ask" {
  // "search_basic_for_streaming_availability": the part behind "_for_" names the provider.
  const words = nameWords(name.split("_for_")[0] ?? name);
  const has = (...some: readonly string[]): boolean => some.some((word) => words.includes(word));
  if (
    has("finish", "submit") ||
    /^(final_?answer|attempt_completion|task_complete|complete|done|exit)$/i.test(name)
  ) {
    return /give_?up/i.test(textOf(args["return_type"])) ? "blocked" : "final";
  }
  if (/give_?up|forfeit|escalat|transfer.*human|human.*agent/i.test(name)) return "blocked";
  if (
    /^(ask|clarify|request)_?(user|human|question|clarification|followup|info)/i.test(name) ||
    name === "ask"
  ) {
    return "ask";
  }
  const code = textOf(args["code"]);
  if (code !== "" && has("python", "ipython", "code", "execute", "run", "interpreter", "jupyter")) {
    return codeKind(code);
  }
  const onFile = FILE_ARGS.some((key) => key in args) || has("file", "files", "patch", "notebook");
  const checks = has("test", "tests", "lint", "typecheck", "verify", "diagnostics", "compile");
  if (checks && !has("search", "list")) return "verify";
  if (
    has(
      "edit",
      "create",
      "insert",
      "append",
      "write",
      "replace",
      "patch",
      "undo",
      "delete",
      "rename",
      "overwrite",
    )
  ) {
    return onFile || EDITOR_TOOLS.has(name) ? "write" : "call";
  }
  if (has("search", "find", "list", "grep", "glob", "ls", "query", "lookup", "browse", "retrieve"))
    return "search";
  const isPage = "url" in args || has("web", "url", "page", "webpage", "website");
  if (isPage && has("fetch", "crawl", "scrape", "visit", "browser", "get")) return "search";
  if (has("get", "load", "fetch") && has("file", "files", "content", "contents")) return "read";
  if (has("open", "read", "view", "cat", "goto", "scroll", "show")) {
    return onFile || EDITOR_TOOLS.has(name) ? "read" : "call";
  }
  return QUERY_ARGS.some((key) => key in args) ? "search" : "call";
}

// ---------------------------------------------------------------------------------------------

const FILE_ARGS = [
  "path",
  "file_path",
  "filepath",
  "filename",
  "file_name",
  "file",
  "target_file",
  "file_text",
];

/** Arguments that hold words to look for. */
const QUERY_ARGS = [
  "query",
  "q",
  "keyword",
  "keywords",
  "search_query",
  "search_term",
  "searchterm",
];

/** Tools of SWE-agent that act on the open file, without naming it. */
const EDITOR_TOOLS: ReadonlySet<string> = new Set([
  "edit",
  "insert",
  "append",
  "create",
  "open",
  "goto",
  "scroll_up",
  "scroll_down",
  "view",
  "write",
]);

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

/** Viewing a folder lists it: no range, and a last part without a dot that is not in capitals. */
function isFolder(args: Args): boolean {
  const last = textOf(args["path"]).replace(/\/+$/, "").split("/").at(-1) ?? "";
  return args["view_range"] === undefined && !last.includes(".") && !/[A-Z]/.test(last);
}
