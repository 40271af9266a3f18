/**
 * Claude Code's session files: a line a block of a reply, a line a result. Results hang on the line of
 * their own call, so that the chain of parents branches at every parallel call; a person who goes back
 * and says something else begins a branch too, and that one is a part of its own.
 */
import { createRunBuilder, draftOf, type Draft, type RunBuilder } from "./building.ts";
import { partsOf } from "./parts.ts";
import type { Reading } from "./run.ts";
import { isRecord, listOf, recordOf, textOf, toolsOf, type Raw } from "./values.ts";

/** Lines that hold no turn, by their first characters: not worth parsing. */
export function isClaudeNoise(line: string): boolean {
  return NOISE.test(line.slice(0, 60));
}

/** One session file: the main run, and the side runs that old versions wrote into it. */
export function readClaude(lines: readonly unknown[]): Reading {
  const records = lines.filter(isRecord);
  const groups = groupByRun(records);
  const readings = [...groups.values()].map(readGroup);
  const runs = readings.flatMap((reading) => reading.runs);
  const drops: Record<string, number> = {};
  for (const reading of readings) {
    for (const [reason, count] of Object.entries(reading.drops)) {
      drops[reason] = (drops[reason] ?? 0) + count;
    }
  }
  const [first, ...others] = runs;
  if (first === undefined) return { runs, drops };
  // What a group without a run dropped is still counted, with the first run of the file.
  const all = { ...first.drops };
  for (const [reason, count] of Object.entries(drops)) all[reason] = (all[reason] ?? 0) + count;
  return { runs: [{ ...first, drops: all }, ...others], drops: {} };
}

// ---------------------------------------------------------------------------------------------

const NOISE =
  /^\{"type":"(api-request|api-request-shape|api-request-blob|file-history-snapshot|cost-state|tools-used|atis-latch)"/;
const NO_TURN_TYPES = new Set([
  "api-request",
  "api-request-shape",
  "api-request-blob",
  "queue-operation",
  "last-prompt",
  "mode",
  "cost-state",
  "tools-used",
  "atis-latch",
  "summary",
  "permission-mode",
  "file-history-snapshot",
  "ai-title",
  "custom-title",
  "agent-name",
  "agent-setting",
  "pr-link",
  "tag",
  "progress",
]);
const COMMAND =
  /^\s*<(command-name|command-message|command-args|local-command-stdout|local-command-stderr|local-command-caveat)>/;
const INTERRUPTED = "[Request interrupted by user";

/** Side runs have their agent's id; in old versions their first line alone tells them apart. */
function groupByRun(records: readonly Raw[]): Map<string, readonly Raw[]> {
  const groups = new Map<string, Raw[]>();
  const roots = new Map<string, string>();
  for (const record of records) {
    const key = record["isSidechain"] === true ? sideKey(record, roots) : "";
    const own = groups.get(key);
    if (own === undefined) groups.set(key, [record]);
    else own.push(record);
  }
  const noTurns = groups.get("") ?? [];
  // A subagent's file holds lines without a side mark (requests) that are none of a run.
  if (groups.size > 1 && noTurns.every((record) => NO_TURN_TYPES.has(typeOf(record)))) {
    groups.delete("");
  }
  return groups;
}

function sideKey(record: Raw, roots: Map<string, string>): string {
  const agent = textOf(record["agentId"]);
  if (agent !== undefined) return agent;
  const uuid = textOf(record["uuid"]) ?? "";
  const root = roots.get(textOf(record["parentUuid"]) ?? "") ?? uuid;
  roots.set(uuid, root);
  return root;
}

const typeOf = (record: Raw): string => textOf(record["type"]) ?? "";

type Node = { readonly parent: string | null; readonly draft: Draft | null };

type Session = {
  readonly runs: RunBuilder;
  /** The session's own: what the last line says, since copied lines may keep the other's. */
  readonly id: string | undefined;
  readonly nodes: Map<string, Node>;
  /** Replies by the id of the model's message: their blocks come one a line. */
  replies: Map<string, Draft>;
  readonly stopReasons: Map<Draft, unknown>;
  system: string;
  tools: unknown;
  /** Of the compaction whose summary comes next. */
  preserved: readonly string[];
  parent: string | undefined;
};

function readGroup(records: readonly Raw[]): Reading {
  const session: Session = {
    runs: createRunBuilder({ unanswered: "stopped", parts: true }),
    id: records.map((record) => textOf(record["sessionId"])).findLast((id) => id !== undefined),
    nodes: new Map(),
    replies: new Map(),
    stopReasons: new Map(),
    system: systemOf(records),
    tools: undefined,
    preserved: [],
    parent: undefined,
  };
  if (session.system !== "") session.runs.say("system", { text: session.system });
  for (const record of records) readLine(session, record);
  const of = (key: string): string | undefined =>
    records.map((record) => textOf(record[key])).find((value) => value !== undefined);
  const agent = records.some((record) => record["isSidechain"] === true)
    ? (of("agentId") ?? `${of("sessionId") ?? ""}/${of("uuid") ?? ""}`)
    : undefined;
  const id = agent ?? session.id ?? null;
  const parent = agent === undefined ? session.parent : of("sessionId");
  return session.runs.finish(
    {
      id,
      format: "claude-code",
      version: of("version"),
      parent,
      kind: agent !== undefined ? "subagent" : parent === undefined ? "main" : "fork",
      cwd: of("cwd"),
    },
    { tools: toolsOf(session.tools) },
  );
}

function systemOf(records: readonly Raw[]): string {
  for (const record of records) {
    const prompt = snapshotOf(record)?.["systemPrompt"];
    if (prompt !== undefined) return systemText(prompt);
  }
  return "";
}

function systemText(prompt: unknown): string {
  if (typeof prompt === "string") return prompt;
  return listOf(prompt)
    .map((part) => (typeof part === "string" ? part : (textOf(recordOf(part)["text"]) ?? "")))
    .join("\n");
}

function snapshotOf(record: Raw): Raw | null {
  const attachment = record["attachment"];
  return isRecord(attachment) && attachment["type"] === "prompt_snapshot" ? attachment : null;
}

function readLine(session: Session, record: Raw): void {
  const uuid = textOf(record["uuid"]);
  if (uuid !== undefined && session.nodes.has(uuid)) {
    session.runs.drop("line_twice");
    return;
  }
  const type = typeOf(record);
  let draft: Draft | null = null;
  switch (type) {
    case "user":
      draft = readUser(session, record);
      break;
    case "assistant":
      draft = readAssistant(session, record);
      break;
    case "system":
      if (record["subtype"] === "compact_boundary") notePreserved(session, record);
      break;
    case "attachment":
      noteSnapshot(session, record);
      break;
    default:
      if (!NO_TURN_TYPES.has(type)) session.runs.drop(`unknown_line: ${type}`);
  }
  if (uuid !== undefined) {
    const parent = textOf(record["parentUuid"]) ?? textOf(record["logicalParentUuid"]) ?? null;
    session.nodes.set(uuid, { parent, draft });
  }
}

function noteSnapshot(session: Session, record: Raw): void {
  const snapshot = snapshotOf(record);
  if (snapshot === null) return;
  if (snapshot["systemPrompt"] !== undefined) session.system = systemText(snapshot["systemPrompt"]);
  if (listOf(snapshot["tools"]).length > 0) session.tools = snapshot["tools"];
}

function notePreserved(session: Session, record: Raw): void {
  const kept = recordOf(recordOf(record["compactMetadata"])["preservedMessages"]);
  session.preserved = listOf(kept["uuids"]).filter((id) => typeof id === "string");
}

/** Copied into a forked session: the line names the session whose request it was. */
function isCopied(session: Session, record: Raw): boolean {
  const from =
    textOf(record["requestSessionId"]) ??
    textOf(recordOf(record["forkedFrom"])["sessionId"]) ??
    textOf(record["sessionId"]);
  if (from === undefined || from === session.id) return false;
  session.parent ??= from;
  return true;
}

function readUser(session: Session, record: Raw): Draft | null {
  const { runs } = session;
  const drop = runs.drop;
  if (record["isMeta"] === true) return null;
  const { text, results } = partsOf(recordOf(record["message"])["content"], drop);
  const copied = isCopied(session, record);
  let draft: Draft | null = null;
  for (const result of results) {
    draft = runs.result({ ...result, name: undefined, copied }) ?? draft;
  }
  if (record["isCompactSummary"] === true) return compact(session, text, copied);
  if (text === "" || COMMAND.test(text)) return draft;
  const isInterruption = text.startsWith(INTERRUPTED);
  if (isInterruption) markInterrupted(session, text);
  else if (results.length === 0) followBranch(session, textOf(record["parentUuid"]));
  const isInjected = isInterruption || record["rowSource"] === "harness";
  return runs.say("user", { text, copied, marks: isInjected ? ["injected"] : [] });
}

/** The reply that was being written, or whose tool was running, when the person stopped it. */
function markInterrupted(session: Session, text: string): void {
  const reply = session.runs.drafts.findLast((draft) => draft.role === "assistant");
  if (reply === undefined || session.runs.last?.role === "user") return;
  const wasTool = text.includes("for tool use");
  const isCut = session.stopReasons.get(reply) === null;
  if (wasTool ? reply.calls.length > 0 : isCut) reply.marks.add("aborted");
}

function compact(session: Session, summary: string, copied: boolean): Draft {
  const { runs } = session;
  const kept = session.preserved.flatMap((id) => session.nodes.get(id)?.draft ?? []);
  session.preserved = [];
  const first = session.system === "" ? [] : [draftOf("system", { text: session.system })];
  runs.beginPart([
    ...first,
    draftOf("user", { text: summary, marks: ["summary"], copied }),
    ...new Set(kept),
  ]);
  session.replies = new Map();
  return runs.drafts[first.length] ?? runs.say("user", { text: summary });
}

function readAssistant(session: Session, record: Raw): Draft | null {
  const message = recordOf(record["message"]);
  if (isSynthetic(record, message)) {
    session.runs.drop("synthetic_line");
    return null;
  }
  const { text, reasoning, calls } = partsOf(message["content"], session.runs.drop);
  const copied = isCopied(session, record);
  const id = textOf(message["id"]);
  const known = id === undefined ? undefined : session.replies.get(id);
  if (known === undefined) followBranch(session, textOf(record["parentUuid"]));
  const reply = known ?? session.runs.say("assistant", { copied });
  if (id !== undefined) session.replies.set(id, reply);
  if (text !== "") reply.texts.push(text);
  if (reasoning !== "") reply.reasoning.push(reasoning);
  reply.calls.push(...calls);
  if (record["isAbortedMidStream"] === true) reply.marks.add("aborted");
  session.stopReasons.set(reply, message["stop_reason"] ?? null);
  return reply;
}

function isSynthetic(record: Raw, message: Raw): boolean {
  return (
    record["madeBy"] === "other" ||
    record["isApiErrorMessage"] === true ||
    message["model"] === "<synthetic>"
  );
}

/** A line that hangs on something before the last message: the model saw only what it hangs on. */
function followBranch(session: Session, parentUuid: string | undefined): void {
  const { runs } = session;
  const last = runs.drafts.findLastIndex((draft) => draft.role !== "tool");
  // The first line after a compaction hangs on its summary, not on what was kept beside it.
  if (last < runs.history) return;
  const nearest = nearestOf(session, parentUuid);
  if (nearest === null || nearest === runs.drafts[last]) return;
  const at = runs.drafts.indexOf(nearest);
  if (at < 0) return;
  const before = [...runs.drafts];
  const seen =
    at < runs.history
      ? before.slice(0, runs.history)
      : before.filter(onChain(before, runs.history, chainOf(session, parentUuid)));
  runs.beginPart(seen);
  renew(session, before, seen);
}

/** What a branch sees: the history of its part, the chain, and the results of the chain's calls. */
function onChain(
  drafts: readonly Draft[],
  history: number,
  chain: ReadonlySet<Draft>,
): (draft: Draft, at: number) => boolean {
  const kept = drafts.filter((draft, at) => at < history || chain.has(draft));
  const calls = new Set(kept.flatMap((draft) => draft.calls.map((call) => call.id)));
  return (draft, at) =>
    at < history ||
    chain.has(draft) ||
    (at === 0 && draft.role === "system") ||
    (draft.callId !== undefined && calls.has(draft.callId));
}

/** Lines of the earlier part stand for their copies in the new one. */
function renew(session: Session, before: readonly Draft[], seen: readonly Draft[]): void {
  const copies = new Map(seen.map((draft, at) => [draft, session.runs.drafts[at] ?? draft]));
  const old = new Set(before);
  for (const [uuid, node] of session.nodes) {
    if (node.draft === null || !old.has(node.draft)) continue;
    session.nodes.set(uuid, { ...node, draft: copies.get(node.draft) ?? node.draft });
  }
  session.replies = new Map();
}

/** The message above a line; results are passed over, since they stand beside the chain. */
function nearestOf(session: Session, from: string | undefined): Draft | null {
  let node = session.nodes.get(from ?? "");
  while (node !== undefined) {
    if (node.draft !== null && node.draft.role !== "tool") return node.draft;
    node = session.nodes.get(node.parent ?? "");
  }
  return null;
}

function chainOf(session: Session, from: string | undefined): Set<Draft> {
  const chain = new Set<Draft>();
  let node = session.nodes.get(from ?? "");
  while (node !== undefined) {
    if (node.draft !== null) chain.add(node.draft);
    node = session.nodes.get(node.parent ?? "");
  }
  return chain;
}
