/**
 * Rows of data sets as runs: chat messages in OpenAI's, Anthropic's and ShareGPT's shape, tool calls as
 * lists, as JSON text or as lists of JSON texts, ready turns, and the rows of nebius, dataclaw, hermes
 * and OpenHands' evaluation.
 */
import { createRunBuilder, type RunBuilder } from "./building.ts";
import { documentFormat } from "./detect.ts";
import { readMini } from "./mini-swe-agent.ts";
import { readSweAgent } from "./swe-agent.ts";
import { readMessages } from "./chat-messages.ts";
import { isOutput, readOutput } from "./openhands-output.ts";
import type { Reading, Run } from "./run.ts";
import { argumentsOf, isRecord, recordOf, recordsOf, textOf, toolsOf, type Raw } from "./values.ts";
import { rowVerdict } from "./verdict.ts";

export type RowOptions = {
  /**
   * The row comes from a Parquet struct, in which the arguments of all tools share their fields: nulls
   * in objects are fields of other tools, not words of the agent.
   */
  readonly unified: boolean;
};

/** Columns that hold a conversation, in the order in which they are looked for. */
const CONVERSATIONS = ["messages", "conversations", "history", "trajectory"] as const;

/** A row without a conversation gives no run, and `no_messages` is counted. */
export function readRow(row: Raw, options: RowOptions): Reading {
  const isReady = typeof row["assistant"] === "string";
  const harness = isReady ? null : documentFormat(row);
  if (harness === "mini-swe-agent") return readMini(row);
  if (harness === "swe-agent") return readSweAgent(row);
  const runs = createRunBuilder({ unanswered: "said", parts: false });
  const format = formatOf(row);
  const verdict = rowVerdict(row);
  if (verdict === "unreadable") runs.drop("verdict_unreadable");
  if (format === "openhands") return readOutput(row, verdictFact(verdict));
  const column = CONVERSATIONS.find((name) => row[name] !== null && row[name] !== undefined);
  const system = textOf(row["system"]) ?? textOf(row["system_prompt"]);
  const messages = column === undefined ? null : row[column];
  if (system !== undefined && !startsWithSystem(messages)) runs.say("system", { text: system });
  if (format === "nebius-swe-agent") readNebius(runs, recordsOf(messages));
  else if (format === "dataclaw") readDataclaw(runs, recordsOf(messages));
  else if (messages === null) runs.drop("no_messages");
  else {
    const why = readMessages(runs, messages, options);
    if (why !== null) return { runs: [], drops: { [`bad_row: ${why}`]: 1 } };
  }
  if (format === "ready-turn") closeTurn(runs, row);
  const instance = idOf(row["instance_id"]);
  return runs.finish(
    {
      id:
        idOf(row["id"]) ??
        idOf(row["traj_id"]) ??
        idOf(row["trajectory_id"]) ??
        idOf(row["session_id"]) ??
        instance,
      format,
      repo: textOf(row["repo"]),
      cwd: textOf(row["cwd"]),
    },
    {
      tools: toolsOf(row["tools"]),
      facts: { ...verdictFact(verdict), ...(instance === null ? {} : { instance_id: instance }) },
    },
  );
}

/** True when rows with these columns can hold a conversation. */
export function hasConversation(columns: readonly string[]): boolean {
  return CONVERSATIONS.some((name) => columns.includes(name));
}

// ---------------------------------------------------------------------------------------------

function formatOf(row: Raw): string {
  if (isOutput(row)) return "openhands";
  if (typeof row["assistant"] === "string" && row["messages"] !== undefined) return "ready-turn";
  const first = recordsOf(row["trajectory"])[0];
  if (first !== undefined && "text" in first && "role" in first) return "nebius-swe-agent";
  const messages = recordsOf(row["messages"]);
  if (messages.some((message) => Array.isArray(message["tool_uses"]))) return "dataclaw";
  if ("session_id" in row && "project" in row && messages.length > 0) return "dataclaw";
  if ("system_prompt" in row && "source" in row && messages.length > 0) return "hermes";
  return "rows";
}

function idOf(value: unknown): string | null {
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  return typeof value === "string" && value.trim() !== "" ? value : null;
}

function verdictFact(verdict: ReturnType<typeof rowVerdict>): Partial<Pick<Run, "verdict">> {
  return verdict === "success" || verdict === "failure" ? { verdict } : {};
}

function startsWithSystem(messages: unknown): boolean {
  const first = recordsOf(messages)[0];
  return (first?.["role"] ?? first?.["from"]) === "system";
}

function readNebius(runs: RunBuilder, steps: readonly Raw[]): void {
  for (const step of steps) {
    const text = textOf(step["text"]) ?? "";
    switch (step["role"]) {
      case "system":
        runs.say("system", { text: textOf(step["system_prompt"]) ?? text });
        break;
      case "user":
        runs.say("user", { text });
        break;
      case "ai":
        // "mask" says on which answers a model was trained, not which are its own.
        if (text.startsWith("Exit due to ") && !text.includes("```")) runs.drop("agents_own_words");
        else runs.say("assistant", { text });
        break;
      default:
        runs.drop(`unknown_role: ${textOf(step["role"]) ?? ""}`);
    }
  }
}

function readDataclaw(runs: RunBuilder, messages: readonly Raw[]): void {
  let count = 0;
  for (const message of messages) {
    const text = textOf(message["content"]) ?? "";
    const uses = recordsOf(message["tool_uses"]);
    if (message["role"] !== "assistant") {
      if (message["role"] !== "user") runs.drop(`unknown_role: ${textOf(message["role"]) ?? ""}`);
      else if (text !== "") runs.say("user", { text });
      continue;
    }
    const calls = uses.map((use) => ({
      id: textOf(use["id"]) ?? `call_${++count}`,
      name: textOf(use["tool"]) ?? "",
      arguments: argumentsOf(use["input"]),
    }));
    const reasoning = textOf(message["thinking"]);
    if (text !== "" || reasoning !== undefined || calls.length > 0) {
      runs.say("assistant", { text, reasoning, calls });
    }
    for (const [at, use] of uses.entries()) {
      const output = use["output"];
      if (output === undefined || output === null) continue;
      const said = isRecord(output) ? (output["text"] ?? output["raw"] ?? output) : output;
      const text = typeof said === "string" ? said : JSON.stringify(said);
      const id = calls[at]?.id ?? "";
      runs.result({ id, text, isError: use["status"] === "error" });
    }
  }
}

/** What a prompt holds as history is none of its turns; the answer is. */
function closeTurn(runs: RunBuilder, row: Raw): void {
  for (const draft of runs.drafts) draft.copied = true;
  const message = recordOf(row["assistant_message"]);
  if (Object.keys(message).length > 0) {
    readMessages(runs, [message], { unified: false });
    return;
  }
  runs.say("assistant", { text: textOf(row["assistant"]) ?? "" });
}
