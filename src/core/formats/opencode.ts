/**
 * OpenCode sessions: an export `{info, messages: [{info, parts}]}`, or the same put together from the
 * tables of opencode.db. A message is a step of the model; its tools hold their results.
 */
import { createRunBuilder, draftOf, type Draft, type RunBuilder } from "./building.ts";
import { partReason } from "./parts.ts";
import type { Reading } from "./run.ts";
import { argumentsOf, recordOf, recordsOf, textOf, type Raw } from "./values.ts";

/** The session in which a message was said first, by the message's own time; undefined: not at hand. */
export type SaidIn = (role: string, created: number) => string | undefined;

/**
 * One session. A fork names no parent: it is a copy with ids of its own and the times of the original,
 * so that `saidIn` finds the session that its last copied message comes from. What was left out of
 * copied messages counts where they were said.
 */
export function readOpencode(session: unknown, saidIn: SaidIn = () => undefined): Reading {
  const info = recordOf(recordOf(session)["info"]);
  const runs = createRunBuilder({ unanswered: "stopped", parts: true });
  const created = timeOf(info, "created");
  let lastCopied: { readonly role: string; readonly at: number } | null = null;
  for (const { info: message, parts } of messagesOf(session)) {
    const at = timeOf(message, "created");
    const copied = created !== null && at !== null && at < created;
    const role = textOf(message["role"]) ?? "";
    if (copied) lastCopied = { role, at };
    if (role === "user") readUser(runs, parts, copied);
    else if (role === "assistant") readAssistant(runs, message, parts, copied);
    else if (!copied) runs.drop(`unknown_role: ${role}`);
  }
  const origin = lastCopied === null ? undefined : saidIn(lastCopied.role, lastCopied.at);
  const parent = origin ?? textOf(info["parentID"]);
  return runs.finish({
    id: textOf(info["id"]) ?? null,
    format: "opencode",
    version: textOf(info["version"]),
    parent,
    kind: lastCopied !== null ? "fork" : parent === undefined ? "main" : "subagent",
    cwd: textOf(info["directory"]),
  });
}

// ---------------------------------------------------------------------------------------------

const NO_TURN_PARTS = new Set(["step-start", "step-finish", "snapshot", "patch", "agent", "retry"]);

function messagesOf(session: unknown): { info: Raw; parts: readonly Raw[] }[] {
  return recordsOf(recordOf(session)["messages"]).map((message) => ({
    info: recordOf(message["info"]),
    parts: recordsOf(message["parts"]),
  }));
}

function timeOf(info: Raw, key: string): number | null {
  const time = recordOf(info["time"])[key];
  return typeof time === "number" ? time : null;
}

function readUser(runs: RunBuilder, parts: readonly Raw[], copied: boolean): void {
  const texts: string[] = [];
  let isSynthetic = true;
  for (const part of parts) {
    const type = textOf(part["type"]) ?? "";
    if (type === "text") {
      if (part["ignored"] === true) continue;
      texts.push(textOf(part["text"]) ?? "");
      if (part["synthetic"] !== true) isSynthetic = false;
    } else if (type === "file") {
      // What was read of a text file stands beside it as a text of its own.
      const mime = textOf(part["mime"]) ?? "file";
      if (!copied && !mime.startsWith("text/")) runs.drop(`media: ${mime}`);
    } else if (type !== "compaction" && type !== "subtask" && !NO_TURN_PARTS.has(type)) {
      if (!copied) runs.drop(partReason(type));
    }
  }
  const text = texts.filter((one) => one !== "").join("\n");
  if (text === "") return;
  runs.say("user", { text, copied, marks: isSynthetic ? ["injected"] : [] });
}

function readAssistant(runs: RunBuilder, info: Raw, parts: readonly Raw[], copied: boolean): void {
  if (info["summary"] === true) return compact(runs, parts, copied);
  const steps = stepsOf(parts);
  const wasCut = isCut(info);
  // A command that the person ran themselves is written as if the agent had called for it.
  const isPersons =
    parts.some((part) => part["type"] === "tool") &&
    !parts.some((part) => part["type"] === "step-start" || part["type"] === "step-finish");
  for (const [index, step] of steps.entries()) {
    const reply = replyOf(runs, step, copied);
    if (reply === null) continue;
    if (wasCut && index === steps.length - 1) reply.marks.add("aborted");
    if (isPersons) reply.marks.add("synthetic");
    for (const tool of step.filter((part) => part["type"] === "tool")) {
      readResult(runs, tool, reply, copied);
    }
  }
}

/** A stream that ended early is partial, and so is a message that was never completed. */
function isCut(info: Raw): boolean {
  const finish = info["finish"];
  const hasError = textOf(recordOf(info["error"])["name"]) !== undefined;
  // Exports of versions before 1.1.x knew no `finish`, and their older ones no `completed`.
  const isOld =
    finish === undefined &&
    timeOf(info, "completed") === null &&
    "cost" in info &&
    !("mode" in info);
  return hasError || finish === "unknown" || (timeOf(info, "completed") === null && !isOld);
}

/** Old versions wrote several steps into one message. */
function stepsOf(parts: readonly Raw[]): Raw[][] {
  const steps: Raw[][] = [[]];
  for (const part of parts) {
    if (part["type"] === "step-start" && (steps.at(-1)?.length ?? 0) > 0) steps.push([]);
    if (part["type"] !== "step-start") steps.at(-1)?.push(part);
  }
  return steps;
}

function replyOf(runs: RunBuilder, step: readonly Raw[], copied: boolean): Draft | null {
  const reply = draftOf("assistant", { copied });
  for (const part of step) {
    const type = textOf(part["type"]) ?? "";
    const text = textOf(part["text"]);
    if (type === "text") {
      if (text !== undefined && part["synthetic"] !== true) reply.texts.push(text);
    } else if (type === "reasoning") {
      if (text !== undefined) reply.reasoning.push(text);
    } else if (type === "tool") {
      if (isLost(part)) reply.notTurn = true;
      reply.calls.push({
        id: textOf(part["callID"]) ?? "",
        name: textOf(part["tool"]) ?? "",
        arguments: argumentsOf(recordOf(part["state"])["input"]),
      });
    } else if (type === "file") {
      if (!copied) runs.drop(`media: ${textOf(part["mime"]) ?? "file"}`);
    } else if (!NO_TURN_PARTS.has(type) && !copied) {
      runs.drop(partReason(type));
    }
  }
  if (reply.texts.length + reply.calls.length + reply.reasoning.length === 0) return null;
  if (reply.notTurn && !copied) runs.drop("arguments_lost");
  const said = runs.say("assistant", { copied, calls: reply.calls, notTurn: reply.notTurn });
  said.texts.push(...reply.texts);
  said.reasoning.push(...reply.reasoning);
  return said;
}

/** Arguments that were no JSON are replaced by what was wrong with them. */
function isLost(part: Raw): boolean {
  if (part["tool"] !== "invalid") return false;
  return /JSON/i.test(textOf(recordOf(recordOf(part["state"])["input"])["error"]) ?? "");
}

function readResult(runs: RunBuilder, tool: Raw, reply: Draft, copied: boolean): void {
  const state = recordOf(tool["state"]);
  const id = textOf(tool["callID"]) ?? "";
  switch (state["status"]) {
    case "completed":
      runs.result({ id, text: textOf(state["output"]) ?? "", copied });
      return;
    case "error": {
      const text = textOf(state["error"]) ?? "";
      runs.result({ id, text, isError: true, copied });
      if (/^tool execution (was )?aborted/i.test(text)) reply.marks.add("aborted");
      return;
    }
    default: // Pending or running: nobody ever answered it.
  }
}

/** The model then sees a question of the harness, the summary, and what follows. */
function compact(runs: RunBuilder, parts: readonly Raw[], copied: boolean): void {
  const texts = parts.filter((part) => part["type"] === "text");
  const text = texts.map((part) => textOf(part["text"]) ?? "").join("\n");
  runs.beginPart([draftOf("assistant", { text, marks: ["summary"], copied })]);
}
