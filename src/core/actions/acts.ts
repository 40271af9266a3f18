/**
 * What a turn does, taken out of the many ways agents write it down: OpenAI tool calls, SWE-agent
 * XML calls, ReAct lines, tool-call tokens in the text, fenced commands.
 */
import { isShellTool } from "./tool-names.ts";

/** Either a shell script or a call of a named tool. */
export type Act =
  | { readonly kind: "shell"; readonly script: string }
  | { readonly kind: "tool"; readonly name: string; readonly args: Args };

/** Arguments by name; {} when they could not be read. */
export type Args = Readonly<Record<string, unknown>>;

/**
 * The acts of a turn in source order; [] when it only talks. Structured calls win over text, and of
 * several fenced commands the last one counts: what stands before it was shown, not run.
 */
export function actsOf(content: unknown, toolCalls: unknown): Act[] {
  const called = structuredCalls(toolCalls);
  if (called.length > 0) return called;
  const text = plainText(content);
  for (const read of [tokenCalls, xmlCalls, reactCall, fencedCommand]) {
    const found = read(text);
    if (found.length > 0) return found;
  }
  return [];
}

/** Text of a message: a string, parts with `text`, or such parts as JSON. Anything else is "". */
export function plainText(content: unknown): string {
  if (typeof content === "string")
    return content.startsWith('[{"type":') ? partsOfJson(content) : content;
  if (!Array.isArray(content)) return "";
  return content
    .map((part: unknown) =>
      typeof part === "string"
        ? part
        : isTable(part) && typeof part["text"] === "string"
          ? part["text"]
          : "",
    )
    .join("");
}

// ---------------------------------------------------------------------------------------------

const isTable = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function partsOfJson(text: string): string {
  const parsed = parseJson(text);
  return Array.isArray(parsed) ? plainText(parsed) : text;
}

function actOf(name: string, args: Args): Act {
  const scripts = isShellTool(name) ? scriptsOf(args) : [];
  return scripts.length > 0
    ? { kind: "shell", script: scripts.join("\n") }
    : { kind: "tool", name, args };
}

/** A text, an argv list (`["bash", "-lc", "a | b"]` is the script `a | b`), or a list of either. */
function scriptsOf(args: Args): string[] {
  const given =
    args["command"] ??
    args["cmd"] ??
    args["script"] ??
    args["keystrokes"] ??
    args["commands"] ??
    args["commandLine"] ??
    args["CommandLine"];
  if (typeof given === "string") return given.trim() === "" ? [] : [given];
  if (!Array.isArray(given)) return [];
  if (args["commands"] !== given) return [scriptOfArgv(given.map(String))];
  return given.flatMap((one: unknown) =>
    typeof one === "string" ? [one] : isTable(one) ? scriptsOf(one) : [],
  );
}

function scriptOfArgv(argv: readonly string[]): string {
  const [program = "", option = "", script] = argv;
  if (
    script !== undefined &&
    argv.length === 3 &&
    /(^|\/)(ba|z|da)?sh$/.test(program) &&
    /^-[a-z]*c$/.test(option)
  )
    return script;
  return argv
    .map((word) => (/^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(" ");
}

/** Arguments come as an object or as its JSON; broken JSON still tells which tool it was. */
function argsOf(value: unknown): Args {
  if (isTable(value)) return value;
  const parsed = typeof value === "string" ? parseJson(value) : undefined;
  return isTable(parsed) ? parsed : {};
}

function structuredCalls(toolCalls: unknown): Act[] {
  const list = typeof toolCalls === "string" ? parseJson(toolCalls) : toolCalls;
  if (!Array.isArray(list)) return [];
  return list.flatMap((call: unknown) => {
    const table = isTable(call) ? call : {};
    const inner = isTable(table["function"]) ? table["function"] : table;
    const name = inner["name"] ?? table["function_name"] ?? table["tool"] ?? inner["function"];
    if (typeof name !== "string" || name === "") return [];
    return [
      actOf(
        name,
        argsOf(inner["arguments"] ?? inner["input"] ?? inner["args"] ?? inner["parameters"]),
      ),
    ];
  });
}

/** Kimi's tokens: `<|tool_call_begin|>functions.bash:0<|tool_call_argument_begin|>{...}`. */
function tokenCalls(text: string): Act[] {
  return text
    .split(/<\|\s*tool_calls?_begin\s*\|>/)
    .slice(1)
    .flatMap((part) => {
      const [head = "", rest = ""] = part.split(/<\|\s*tool_call_argument_begin\s*\|>/, 2);
      const name = head
        .trim()
        .replace(/^functions\./, "")
        .replace(/:\d+$/, "");
      const json = rest.split(/<\|\s*tool_calls?_(?:section_)?end\s*\|>/, 1)[0] ?? "";
      return name === "" ? [] : [actOf(name, argsOf(json.trim()))];
    });
}

/** SWE-agent: `<function=NAME><parameter=KEY>VALUE</parameter></function>`, or `<command>`. */
function xmlCalls(text: string): Act[] {
  // At the start of a line only: code in a command may hold `(?P<command>...)`.
  const calls = `\n${text}`.split(/\n[ \t]*<function=/).slice(1);
  if (calls.length > 0) {
    return calls.flatMap((part) => {
      const end = part.indexOf(">");
      const name = end < 0 ? "" : part.slice(0, end).trim();
      if (!/^[\w.-]+$/.test(name)) return [];
      const body = part.slice(end + 1).split("</function>", 1)[0] ?? "";
      return [actOf(name, Object.fromEntries(body.split("<parameter=").slice(1).map(parameterOf)))];
    });
  }
  const parts = `\n${text}`.split(/\n[ \t]*<command>[ \t]*\r?\n/);
  if (parts.length < 2) return [];
  const script = parts.at(-1)?.split("</command>", 1)[0] ?? "";
  return [{ kind: "shell", script: script.trim() }];
}

function parameterOf(part: string): [string, string] {
  const end = part.indexOf(">");
  return [
    part.slice(0, end).trim(),
    (part.slice(end + 1).split("</parameter>", 1)[0] ?? "").trim(),
  ];
}

/** ReAct: `Action: NAME` on a line, then `Action Input: {...}`. */
function reactCall(text: string): Act[] {
  const match = /^Action:[ \t]*(\S.*)$/m.exec(text);
  const name = match?.[1]?.trim();
  if (match === null || name === undefined) return [];
  const label = "\nAction Input:";
  const at = text.indexOf(label, match.index);
  if (at < 0) return [];
  const json = text.slice(at + label.length).trim();
  return [actOf(name, argsOf(json))];
}

/** Info strings of fences that hold a command; "" as SWE-agent writes them. */
const SHELL_FENCES: ReadonlySet<string> = new Set([
  "bash",
  "mswea_bash_command",
  "sh",
  "shell",
  "console",
  "zsh",
  "terminal",
]);

function fencedCommand(text: string): Act[] {
  const blocks = fencedBlocks(text);
  const block =
    blocks.findLast(({ info }) => SHELL_FENCES.has(info)) ??
    blocks.findLast(({ info }) => info === "");
  return block === undefined ? [] : [{ kind: "shell", script: block.body }];
}

/** All fenced blocks; one that is not closed goes to the end of the text. */
function fencedBlocks(text: string): { info: string; body: string }[] {
  const blocks: { info: string; body: string }[] = [];
  let open: { info: string; lines: string[] } | null = null;
  for (const line of text.split("\n")) {
    const info = /^\s*```[ \t]*([\w+-]*)\s*$/.exec(line)?.[1];
    if (open === null) {
      if (info !== undefined) open = { info: info.toLowerCase(), lines: [] };
    } else if (info === "") {
      blocks.push({ info: open.info, body: open.lines.join("\n") });
      open = null;
    } else open.lines.push(line);
  }
  if (open !== null) blocks.push({ info: open.info, body: open.lines.join("\n") });
  return blocks;
}
