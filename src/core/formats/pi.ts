/**
 * pi's sessions, and OpenClaw's, which are pi's in a database: entries with a parent each, so that a
 * session is a tree. What the model sees at an entry is the way to it, from the last compaction on.
 */
import { createRunBuilder, draftOf, type Draft, type RunBuilder } from "./building.ts";
import { contentText, partsOf } from "./parts.ts";
import type { Reading, Run } from "./run.ts";
import { isRecord, recordOf, recordsOf, textOf, toolsOf, lastName, type Raw } from "./values.ts";

/** What OpenClaw's tables say beside the entries. */
export type Window = {
  readonly kind: "main" | "subagent" | "fork";
  readonly parent: string | undefined;
};

/** One session; `window`: null for pi's files. */
export function readPi(lines: readonly unknown[], window: Window | null): Reading {
  const records = lines.filter(isRecord);
  const head = records.find((record) => record["type"] === "session") ?? {};
  const parentFile = textOf(head["parentSession"]);
  const isFork = parentFile !== undefined || window?.kind === "fork";
  const tree: Tree = {
    runs: createRunBuilder({ unanswered: "stopped", parts: true }),
    entries: new Map(),
    sections: new Map(),
    tools: new Map(),
    last: null,
    forkedAt: isFork ? timeOf(head) : null,
  };
  for (const record of records) readEntry(tree, record);
  const parent = window?.parent ?? (parentFile === undefined ? undefined : idInName(parentFile));
  const kind: Run["kind"] = window?.kind ?? (parentFile === undefined ? "main" : "fork");
  return tree.runs.finish(
    {
      id: textOf(head["id"]) ?? null,
      format: window === null ? "pi" : "openclaw",
      parent,
      kind,
      cwd: textOf(head["cwd"]),
    },
    { tools: toolsOf([...tree.tools.values()]) },
  );
}

// ---------------------------------------------------------------------------------------------

type Entry = {
  readonly parent: string | null;
  draft: Draft | null;
  /** Of a compaction: what the model sees from here on, without the system prompt. */
  readonly context: readonly Draft[] | null;
};

type Tree = {
  readonly runs: RunBuilder;
  readonly entries: Map<string, Entry>;
  readonly sections: Map<string, string>;
  readonly tools: Map<string, unknown>;
  /** Id of the entry read last. */
  last: string | null;
  /** When the session was made out of another; entries before are copied. ms */
  readonly forkedAt: number | null;
};

const NO_TURN_TYPES = new Set([
  "session",
  "model_change",
  "thinking_level_change",
  "custom",
  "label",
  "session_info",
  "leaf",
]);

/** "<time>_<id>.jsonl" */
function idInName(path: string): string {
  const name = lastName(path).replace(/\.jsonl$/, "");
  return name.slice(name.indexOf("_") + 1);
}

function timeOf(record: Raw): number | null {
  const time = Date.parse(textOf(record["timestamp"]) ?? "");
  return Number.isNaN(time) ? null : time;
}

function readEntry(tree: Tree, record: Raw): void {
  const type = textOf(record["type"]) ?? "";
  const id = textOf(record["id"]);
  if (type === "session" || id === undefined) {
    if (type !== "session") tree.runs.drop(`unknown_line: ${type}`);
    return;
  }
  if (tree.entries.has(id)) {
    tree.runs.drop("line_twice");
    return;
  }
  const parent = textOf(record["parentId"]) ?? null;
  followBranch(tree, parent);
  const time = timeOf(record);
  const copied = tree.forkedAt !== null && time !== null && time < tree.forkedAt;
  let draft: Draft | null = null;
  let context: readonly Draft[] | null = null;
  switch (type) {
    case "message":
      draft = readMessage(tree, recordOf(record["message"]), copied);
      break;
    case "compaction":
      context = compact(tree, record, parent, copied);
      break;
    case "branch_summary":
      draft = summaryOf(tree, record, copied);
      break;
    case "custom_message":
      draft = say(tree, "user", contentText(record["content"], tree.runs.drop), copied, true);
      break;
    case "context_edit":
      edit(tree, record);
      break;
    default:
      if (!NO_TURN_TYPES.has(type)) tree.runs.drop(`unknown_line: ${type}`);
  }
  // A database may lack rows: what hangs on one of them goes on where the log does.
  const known = parent === null || tree.entries.has(parent) ? parent : tree.last;
  tree.entries.set(id, { parent: known, draft, context });
  tree.last = id;
}

function say(
  tree: Tree,
  role: "user",
  text: string,
  copied: boolean,
  injected: boolean,
): Draft | null {
  if (text === "") return null;
  return tree.runs.say(role, { text, copied, marks: injected ? ["injected"] : [] });
}

function summaryOf(tree: Tree, record: Raw, copied: boolean): Draft | null {
  const text = textOf(record["summary"]);
  return text === undefined ? null : tree.runs.say("user", { text, copied, marks: ["summary"] });
}

function readMessage(tree: Tree, message: Raw, copied: boolean): Draft | null {
  const { drop } = tree.runs;
  switch (message["role"]) {
    case "system":
      return readSystem(tree, message, copied);
    case "user":
      return say(tree, "user", contentText(message["content"], drop), copied, false);
    case "assistant":
      return readAssistant(tree, message, copied);
    case "toolResult":
      return tree.runs.result({
        id: textOf(message["toolCallId"]) ?? "",
        text: contentText(message["content"], drop),
        isError: message["isError"] === true,
        copied,
      });
    case "bashExecution":
      return readBash(tree, message, copied);
    case "custom":
      return say(tree, "user", contentText(message["content"], drop), copied, true);
    case "branchSummary":
    case "compactionSummary":
      return summaryOf(tree, message, copied);
    default:
      drop(`unknown_role: ${textOf(message["role"]) ?? ""}`);
      return null;
  }
}

/** Sections by name; later ones patch earlier ones, and null takes one away. */
function readSystem(tree: Tree, message: Raw, copied: boolean): Draft | null {
  const isFirst = tree.sections.size === 0;
  for (const [name, text] of Object.entries(recordOf(message["sections"]))) {
    if (typeof text === "string") tree.sections.set(name, text);
    else tree.sections.delete(name);
  }
  const own = textOf(message["content"]);
  if (own !== undefined) tree.sections.set("", own);
  for (const tool of recordsOf(message["toolsAdded"])) {
    tree.tools.set(textOf(tool["name"]) ?? "", tool);
  }
  if (isFirst) {
    const text = systemText(tree);
    return text === "" ? null : tree.runs.say("system", { text, copied });
  }
  tree.runs.drop("system_changed");
  return null;
}

function systemText(tree: Tree): string {
  return [...tree.sections.values()].filter((text) => text !== "").join("\n\n");
}

function readAssistant(tree: Tree, message: Raw, copied: boolean): Draft | null {
  const stop = message["stopReason"];
  if (stop === "aborted" || stop === "error") {
    // Later requests leave it out: nobody ever saw it as said.
    tree.runs.drop(stop === "aborted" ? "aborted_reply" : "failed_reply");
    return null;
  }
  const { text, reasoning, calls } = partsOf(message["content"], tree.runs.drop);
  if (text === "" && reasoning === "" && calls.length === 0) return null;
  return tree.runs.say("assistant", { text, reasoning, calls, copied });
}

/** A command that the person ran, shown to the model as the person's message. */
function readBash(tree: Tree, message: Raw, copied: boolean): Draft | null {
  if (message["excludeFromContext"] === true) return null;
  const output = textOf(message["output"]);
  const exit = message["exitCode"];
  const lines = [`Ran \`${textOf(message["command"]) ?? ""}\``];
  lines.push(output === undefined ? "(no output)" : `\`\`\`\n${output}\n\`\`\``);
  if (message["cancelled"] === true) lines.push("", "(command cancelled)");
  else if (typeof exit === "number" && exit !== 0)
    lines.push("", `Command exited with code ${exit}`);
  return say(tree, "user", lines.join("\n"), copied, false);
}

/** Takes an entry out of what the model sees, such as a try that failed. */
function edit(tree: Tree, record: Raw): void {
  const target = tree.entries.get(textOf(record["targetId"]) ?? "");
  if (target?.draft === undefined || target.draft === null) return;
  const replacement = record["replacement"];
  if (replacement === null || replacement === undefined) {
    tree.runs.remove(target.draft);
    tree.runs.drop("taken_out");
    target.draft = null;
    return;
  }
  const text = contentText(recordOf(replacement)["content"] ?? replacement, tree.runs.drop);
  target.draft.texts.splice(0, Infinity, ...(text === "" ? [] : [text]));
}

function compact(
  tree: Tree,
  record: Raw,
  parent: string | null,
  copied: boolean,
): readonly Draft[] {
  const way = wayTo(tree, parent);
  const keptFrom = textOf(record["firstKeptEntryId"]);
  const first = way.findIndex(({ id }) => id === keptFrom);
  const kept = first < 0 ? [] : way.slice(first).flatMap(({ entry }) => entry.draft ?? []);
  const summary = draftOf("user", {
    text: textOf(record["summary"]) ?? "",
    marks: ["summary"],
    copied,
  });
  const isHere = new Set(kept.filter((draft) => draft.role !== "system"));
  const system = textOf(recordOf(record["systemMessage"])["content"]) ?? systemText(tree);
  const start = system === "" ? [] : [draftOf("system", { text: system, copied })];
  return begin(tree, [...start, summary, ...isHere]);
}

/** Begins a part and lets the entries stand for their copies in it. */
function begin(tree: Tree, context: readonly Draft[]): readonly Draft[] {
  tree.runs.beginPart(context);
  const copies = new Map(context.map((draft, at) => [draft, tree.runs.drafts[at] ?? draft]));
  for (const entry of tree.entries.values()) {
    if (entry.draft !== null) entry.draft = copies.get(entry.draft) ?? entry.draft;
  }
  return [...tree.runs.drafts];
}

/** An entry that hangs on another than the last one begins a branch: the person went back. */
function followBranch(tree: Tree, parent: string | null): void {
  if (parent === null || parent === tree.last || !tree.entries.has(parent)) return;
  const way = wayTo(tree, parent);
  const context = contextOf(way);
  const now = tree.runs.drafts;
  // Entries that say nothing may hang anywhere.
  if (context.length === now.length && context.every((draft, at) => draft === now[at])) return;
  begin(tree, context);
}

function wayTo(tree: Tree, id: string | null): { id: string; entry: Entry }[] {
  const way: { id: string; entry: Entry }[] = [];
  let at = id;
  while (at !== null) {
    const entry = tree.entries.get(at);
    if (entry === undefined) break;
    way.push({ id: at, entry });
    at = entry.parent;
  }
  return way.reverse();
}

function contextOf(way: readonly { readonly entry: Entry }[]): Draft[] {
  const last = way.findLastIndex(({ entry }) => entry.context !== null);
  const start = way[last]?.entry.context ?? [];
  return [...start, ...way.slice(last + 1).flatMap(({ entry }) => entry.draft ?? [])];
}
