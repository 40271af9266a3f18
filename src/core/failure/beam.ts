/** ExUnit and elixir, busted and lua. */
import type { Category } from "./categories.ts";
import { lineAt, nextFilled, seek } from "./log.ts";
import { categoryOfMessage } from "./message.ts";
import type { Finding, Log } from "./types.ts";

/** "1) test name (Mod)", its place, then the two sides or "** (Exception) message". */
export function readElixir(log: Log): Finding | null {
  const heads = log.at("numbered").filter((at) => EXUNIT.test(lineAt(log, at)));
  const [head] = heads;
  if (head === undefined) return elixir(log);
  const tests = heads.flatMap((at) => EXUNIT.exec(lineAt(log, at))?.[1] ?? []);
  const end = seek(log, head + 1, 120, (line) => /^\s+stacktrace:/.test(line));
  const reach = (end < 0 ? head + 120 : end) - head - 1;
  const raised = seek(log, head + 1, reach, (line) => /^\s+\*\* \(/.test(line));
  const left = seek(log, head + 1, reach, (line) => /^\s+left: /.test(line));
  const said = seek(log, head + 2, 4, (line) => !/^\s+\S+:\d+$/.test(line) && line.trim() !== "");
  const at = raised >= 0 ? raised : left >= 0 ? left : said;
  const place = /^\s+(\S{1,300}?):(\d+)$/.exec(lineAt(log, head + 1));
  if (at < 0) return null;
  return {
    runner: "exunit",
    at,
    category: raised >= 0 ? ofElixir(lineAt(log, at).trim()) : "assertion",
    strength: "test",
    tests,
    ...(place === null ? {} : { file: place[1], line: Number(place[2]) }),
  };
}

/** busted: "Failure -> file @ line", the name, the message; "Error ->" for what was thrown. */
export function readBusted(log: Log): Finding | null {
  const heads = log.at("busted").filter((at) => BUSTED.test(lineAt(log, at)));
  const [head] = heads;
  if (head === undefined) return lua(log);
  const place = BUSTED.exec(lineAt(log, head));
  const name = nextFilled(log, head + 1, 2);
  const isLoad = / @ \d/.test(lineAt(log, head)) ? 0 : 1;
  const at = isLoad === 1 ? name : nextFilled(log, name + 1, 3);
  if (at < 0) return null;
  const isError = lineAt(log, head).startsWith("Error");
  if (/^\d+ success/.test(lineAt(log, at))) {
    return {
      runner: "busted",
      at: head,
      category: isError ? "runtime" : "assertion",
      strength: "summary",
    };
  }
  const text = lineAt(log, at).trim();
  return {
    runner: "busted",
    at,
    category: isError ? ofLua(text) : "assertion",
    strength: "test",
    tests: heads.map((one) => lineAt(log, one + 1)),
    file: place?.[1],
    line: place?.[2] === undefined ? undefined : Number(place[2]),
  };
}

// ---------------------------------------------------------------------------------------------

const EXUNIT = /^\s+\d+\) ((?:test|doctest|property) .{1,300} \([\w.]+\))$/;
const BUSTED = /^(?:Failure|Error) -> (\S{1,300})(?: @ (\d+))?/;

function elixir(log: Log): Finding | null {
  const at = log.at("elixir").find((one) => /^\*\* \([\w.]+\)/.test(lineAt(log, one)));
  if (at === undefined) return null;
  const place = /(\S{1,300}\.exs?):(\d+)/.exec(lineAt(log, at));
  return {
    runner: "elixir",
    at,
    category: ofElixir(lineAt(log, at)),
    strength: "build",
    ...(place === null ? {} : { file: place[1], line: Number(place[2]) }),
  };
}

function ofElixir(text: string): Category {
  const name = /^\*\* \(([\w.]+)\)/.exec(text)?.[1] ?? "";
  if (/^(?:SyntaxError|TokenMissingError|MismatchedDelimiterError)$/.test(name)) return "syntax";
  if (name === "CompileError")
    return /undefined (?:function|variable)/.test(text)
      ? "attribute_type"
      : /module .{1,200} is not (?:loaded|available)/.test(text)
        ? "import"
        : "attribute_type";
  if (/\*\* \(exit\).*time ?out|ExUnit\.TimeoutError/.test(text)) return "timeout";
  return categoryOfMessage(`${name}: ${text.replace(/^\*\* \([\w.]+\) ?/, "")}`, "runtime", name);
}

const LUA = /^(?:lua\S*: )?(\S{1,300}\.lua):(\d+): (.+)$/;

function lua(log: Log): Finding | null {
  const at = log
    .at("luaField")
    .concat(log.at("notFound"))
    .find((one) => LUA.test(lineAt(log, one)));
  if (at === undefined) return null;
  const found = LUA.exec(lineAt(log, at));
  return {
    runner: "lua",
    at,
    category: ofLua(lineAt(log, at)),
    strength: "build",
    file: found?.[1],
    line: Number(found?.[2]),
  };
}

function ofLua(text: string): Category {
  const said = text.replace(/^(?:lua\S*: )?\S{1,300}\.lua:\d+: /, "");
  if (/ expected near |unexpected symbol near|<eof>|unfinished string|malformed number/.test(said))
    return "syntax";
  return categoryOfMessage(said);
}
