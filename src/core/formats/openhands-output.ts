/**
 * Lines of OpenHands' evaluation (output.jsonl): V0's history of actions and observations, and V1's
 * events under the same key.
 */
import { createRunBuilder, type RunBuilder, type Draft } from "./building.ts";
import { chatCalls } from "./mini-swe-agent.ts";
import { isOpenhandsEvent, readOpenhands } from "./openhands.ts";
import { contentText } from "./parts.ts";
import type { Reading, Run } from "./run.ts";
import { isRecord, recordOf, recordsOf, textOf, toolsOf, type Raw } from "./values.ts";

/** True for a row of such a file. */
export function isOutput(row: Raw): boolean {
  const history = row["history"];
  if (!Array.isArray(history) || row["instance_id"] === undefined) return false;
  const first = recordsOf(history)[0];
  return first !== undefined && (isEvent(first) || isOpenhandsEvent(first));
}

/** One row. */
export function readOutput(row: Raw, facts: Partial<Pick<Run, "verdict">>): Reading {
  const instance = textOf(row["instance_id"]);
  const named = { ...facts, ...(instance === undefined ? {} : { instance_id: instance }) };
  const history = recordsOf(row["history"]);
  const repo = textOf(recordOf(row["instance"])["repo"]);
  if (history.some(isOpenhandsEvent)) {
    const reading = readOpenhands({ id: instance }, history);
    const more = { ...named, ...(repo === undefined ? {} : { repo }) };
    return { ...reading, runs: reading.runs.map((run) => ({ ...run, ...more })) };
  }
  // A run ends with the call that finishes it, which nobody answers.
  const hasFinished = history.some((event) => event["action"] === "finish");
  const runs = createRunBuilder({ unanswered: hasFinished ? "said" : "stopped", parts: false });
  const talk: Talk = { runs, replies: new Map(), tools: undefined };
  for (const event of history) readEvent(talk, event);
  return runs.finish(
    { id: instance ?? null, format: "openhands", version: versionOf(row), repo },
    { facts: named, tools: toolsOf(talk.tools) },
  );
}

// ---------------------------------------------------------------------------------------------

type Talk = {
  readonly runs: RunBuilder;
  readonly replies: Map<string, Draft>;
  tools: unknown;
};

const NO_TURNS = new Set([
  "recall",
  "agent_state_changed",
  "change_agent_state",
  "null",
  "condensation",
]);

const isEvent = (event: Raw): boolean =>
  typeof event["action"] === "string" || typeof event["observation"] === "string";

function versionOf(row: Raw): string | undefined {
  const metadata = recordOf(row["metadata"]);
  return textOf(metadata["agent_version"]) ?? textOf(recordOf(metadata["details"])["version"]);
}

function readEvent(talk: Talk, event: Raw): void {
  const { runs } = talk;
  if (typeof event["observation"] === "string") return readObservation(talk, event);
  const action = textOf(event["action"]) ?? "";
  const args = recordOf(event["args"]);
  if (action === "system") {
    talk.tools ??= args["tools"];
    const text = textOf(args["content"]) ?? "";
    if (text !== "") runs.say("system", { text });
    return;
  }
  if (event["source"] === "user") {
    const text = textOf(args["content"]) ?? "";
    if (action !== "message") runs.drop(`unknown_line: user ${action}`);
    else if (text !== "") runs.say("user", { text });
    return;
  }
  if (NO_TURNS.has(action)) return;
  readAction(talk, event, action, args);
}

/** The model's own words are in the response that the action was made from. */
function readAction(talk: Talk, event: Raw, action: string, args: Raw): void {
  const { runs } = talk;
  const call = recordOf(event["tool_call_metadata"]);
  const response = recordOf(call["model_response"]);
  const message = recordOf(recordOf(recordsOf(response["choices"])[0])["message"]);
  const id = textOf(response["id"]);
  if (id !== undefined && talk.replies.has(id)) return; // Another call of the same response.
  const hasMessage = isRecord(response) && Object.keys(message).length > 0;
  const text = hasMessage
    ? contentText(message["content"], runs.drop)
    : (textOf(args["content"]) ?? "");
  const calls = hasMessage ? chatCalls(message["tool_calls"]) : [];
  // Without the response only what it did is known, not what the model said.
  if (!hasMessage && action !== "message") {
    runs.drop(`action_without_response: ${action}`);
    return;
  }
  if (text === "" && calls.length === 0) return;
  const reasoning = textOf(message["reasoning_content"]);
  const reply = runs.say("assistant", { text, calls, reasoning });
  if (id !== undefined) talk.replies.set(id, reply);
}

function readObservation(talk: Talk, event: Raw): void {
  const { runs } = talk;
  const kind = textOf(event["observation"]) ?? "";
  if (NO_TURNS.has(kind)) return;
  const id = textOf(recordOf(event["tool_call_metadata"])["tool_call_id"]);
  const text = textOf(event["content"]) ?? "";
  const isError = kind === "error";
  if (id !== undefined) runs.result({ id, text, isError });
  else if (text !== "") runs.say("user", { text, marks: ["injected"] });
}
