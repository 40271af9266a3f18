/**
 * Logs of inspect: many runs a log, one a sample and epoch. react() rewrites its last message when the
 * model submits; what the model said is in the last `model` event.
 */
import { createRunBuilder, type RunBuilder } from "./building.ts";
import { partReason } from "./parts.ts";
import type { Reading, RunCall } from "./run.ts";
import {
  argumentsOf,
  isRecord,
  listOf,
  recordOf,
  recordsOf,
  textOf,
  toolsOf,
  type Raw,
} from "./values.ts";
import { inspectVerdict } from "./verdict.ts";

/** A whole `.json` log. */
export function readInspect(document: unknown): Reading {
  const file = recordOf(document);
  const readings = recordsOf(file["samples"]).map((sample) => readSample(sample, file["eval"]));
  const drops: Record<string, number> = {};
  for (const { drops: own } of readings) {
    for (const [reason, count] of Object.entries(own)) drops[reason] = (drops[reason] ?? 0) + count;
  }
  return { runs: readings.flatMap(({ runs }) => runs), drops };
}

/** One sample, as a member of an `.eval` holds it; `about`: the log's `eval`. */
export function readSample(value: unknown, about: unknown): Reading {
  const sample = recordOf(value);
  const wasEnded = isRecord(sample["limit"]) || isRecord(sample["error"]);
  const runs = createRunBuilder({ unanswered: wasEnded ? "stopped" : "said", parts: false });
  for (const message of lastAsSaid(sample)) readMessage(runs, sample, message);
  const id = idOf(sample["id"]);
  const metadata = recordOf(sample["metadata"]);
  const verdict = inspectVerdict(sample["scores"]);
  if (verdict === "unreadable") runs.drop("verdict_unreadable");
  const instance = textOf(metadata["instance_id"]) ?? id;
  const ending = endingOf(sample);
  return runs.finish(
    {
      id,
      format: "inspect",
      version: textOf(recordOf(recordOf(about)["packages"])["inspect_ai"]),
      repo: textOf(metadata["repo"]),
    },
    {
      tools: toolsOf(toolsOfEvents(sample)),
      facts: {
        ...(verdict === "success" || verdict === "failure" ? { verdict } : {}),
        ...(instance === null ? {} : { instance_id: instance }),
        ...(ending === null ? {} : { exit_status: ending }),
      },
    },
  );
}

// ---------------------------------------------------------------------------------------------

/** "limit_message", "limit_token" ...: what ended the sample from outside; null: nothing did. */
function endingOf(sample: Raw): string | null {
  const limit = sample["limit"];
  if (isRecord(limit)) return `limit_${textOf(limit["type"]) ?? "unknown"}`;
  return isRecord(sample["error"]) ? "error" : null;
}

function idOf(value: unknown): string | null {
  return typeof value === "number" ? String(value) : (textOf(value) ?? null);
}

function toolsOfEvents(sample: Raw): unknown {
  return recordsOf(sample["events"]).find(
    (event) => event["event"] === "model" && listOf(event["tools"]).length > 0,
  )?.["tools"];
}

/** Messages, the last of the model as the model said it. */
function lastAsSaid(sample: Raw): readonly Raw[] {
  const messages = recordsOf(sample["messages"]);
  const at = messages.findLastIndex((message) => message["role"] === "assistant");
  const last = messages[at];
  const event = recordsOf(sample["events"]).findLast(
    (one) => one["event"] === "model" && isRecord(one["output"]),
  );
  const said = recordOf(recordsOf(recordOf(event?.["output"])["choices"])[0])["message"];
  if (last === undefined || !isRecord(said)) return messages;
  const isSame = said["id"] === undefined || said["id"] === last["id"];
  // A call that the harness took away again: the message is not what the model said.
  const lost = recordsOf(said["tool_calls"]).length > recordsOf(last["tool_calls"]).length;
  if (!isSame || !lost) return messages;
  return messages.with(at, { ...last, content: said["content"], tool_calls: said["tool_calls"] });
}

function readMessage(runs: RunBuilder, sample: Raw, message: Raw): void {
  const { text, reasoning } = contentOf(runs, sample, message["content"]);
  switch (message["role"]) {
    case "system":
    case "user":
      runs.say(message["role"], { text });
      return;
    case "assistant": {
      const calls = recordsOf(message["tool_calls"]);
      const isLost = calls.some((call) => textOf(call["parse_error"]) !== undefined);
      if (isLost) runs.drop("arguments_lost");
      const source = message["source"];
      const isSynthetic = source !== undefined && source !== null && source !== "generate";
      runs.say("assistant", {
        text,
        reasoning,
        calls: calls.map(callOf),
        notTurn: isLost,
        marks: isSynthetic ? ["synthetic"] : [],
      });
      return;
    }
    case "tool": {
      const error = recordOf(message["error"]);
      const why = textOf(error["message"]);
      const id = textOf(message["tool_call_id"]) ?? "";
      runs.result({
        id,
        text: why === undefined ? text : `Error: ${why}`,
        isError: why !== undefined,
      });
      return;
    }
    default:
      runs.drop(`unknown_role: ${textOf(message["role"]) ?? ""}`);
  }
}

function callOf(call: Raw): RunCall {
  return {
    id: textOf(call["id"]) ?? "",
    name: textOf(call["function"]) ?? "",
    arguments: argumentsOf(call["arguments"]),
  };
}

/** Long texts are kept beside the messages and referred to. */
function attached(sample: Raw, text: string): string {
  const name = /^attachment:\/\/(\w+)$/.exec(text)?.[1];
  const found = name === undefined ? undefined : recordOf(sample["attachments"])[name];
  return typeof found === "string" ? found : text;
}

function contentOf(
  runs: RunBuilder,
  sample: Raw,
  content: unknown,
): { text: string; reasoning: string } {
  if (typeof content === "string") return { text: attached(sample, content), reasoning: "" };
  const texts: string[] = [];
  const reasoning: string[] = [];
  for (const part of recordsOf(content)) {
    const type = textOf(part["type"]) ?? "";
    if (type === "text") texts.push(attached(sample, textOf(part["text"]) ?? ""));
    else if (type !== "reasoning") runs.drop(partReason(type));
    // What is redacted is a cipher, not a thought.
    else if (part["redacted"] === true) reasoning.push(textOf(part["summary"]) ?? "");
    else reasoning.push(attached(sample, textOf(part["reasoning"]) ?? ""));
  }
  const said = (list: string[]): string => list.filter((text) => text !== "").join("\n");
  return { text: said(texts), reasoning: said(reasoning) };
}
