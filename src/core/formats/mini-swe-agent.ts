/**
 * mini-swe-agent's *.traj.json (trajectory_format 1 and 1.1): chat, text and Responses messages. The
 * answers that its complaints are about are not in the messages, since the model never saw them again.
 */
import { createRunBuilder, type RunBuilder } from "./building.ts";
import { contentText } from "./parts.ts";
import type { Reading, RunCall } from "./run.ts";
import { argumentsOf, recordOf, recordsOf, textOf, type Raw } from "./values.ts";

export function readMini(document: unknown): Reading {
  const file = recordOf(document);
  const info = recordOf(file["info"]);
  const status = textOf(info["exit_status"]);
  const hasEnded = status === "Submitted";
  // The batch agent writes no result for the call that submits; any other end cuts a call short.
  const runs = createRunBuilder({ unanswered: hasEnded ? "said" : "stopped", parts: false });
  for (const message of recordsOf(file["messages"])) readMessage(runs, message);
  const id = textOf(file["instance_id"]) ?? textOf(info["instance_id"]);
  return runs.finish(
    { id: id ?? null, format: "mini-swe-agent", version: textOf(info["mini_version"]) },
    {
      facts: {
        ...(id === undefined ? {} : { instance_id: id }),
        ...(status === undefined ? {} : { exit_status: status }),
      },
    },
  );
}

/** A response object of OpenAI's Responses API as one reply. */
export function readResponse(runs: RunBuilder, response: Raw): void {
  const reply = { text: "", reasoning: "", calls: [] as RunCall[] };
  const add = (before: string, text: string): string =>
    before === "" || text === "" ? before + text : `${before}\n${text}`;
  for (const item of recordsOf(response["output"])) {
    switch (item["type"]) {
      case "reasoning":
        for (const part of recordsOf(item["summary"]).concat(recordsOf(item["content"]))) {
          reply.reasoning = add(reply.reasoning, textOf(part["text"]) ?? "");
        }
        break;
      case "message":
        reply.text = add(reply.text, contentText(item["content"], runs.drop));
        break;
      case "function_call":
        reply.calls.push({
          id: textOf(item["call_id"]) ?? "",
          name: textOf(item["name"]) ?? "",
          arguments: argumentsOf(item["arguments"]),
        });
        break;
      case "custom_tool_call":
        reply.calls.push({
          id: textOf(item["call_id"]) ?? "",
          name: textOf(item["name"]) ?? "",
          arguments: { input: textOf(item["input"]) ?? "" },
        });
        break;
      default:
        runs.drop(`unknown_part: ${textOf(item["type"]) ?? ""}`);
    }
  }
  runs.say("assistant", reply);
}

/** Calls as chat completions have them, those with free text included. */
export function chatCalls(value: unknown): RunCall[] {
  return recordsOf(value).map((call) => {
    const id = textOf(call["id"]) ?? "";
    const custom = call["custom"];
    if (custom !== undefined) {
      const { name, input } = recordOf(custom);
      return { id, name: textOf(name) ?? "", arguments: { input: textOf(input) ?? "" } };
    }
    const inner = call["function"] === undefined ? call : recordOf(call["function"]);
    return { id, name: textOf(inner["name"]) ?? "", arguments: argumentsOf(inner["arguments"]) };
  });
}

// ---------------------------------------------------------------------------------------------

function readMessage(runs: RunBuilder, message: Raw): void {
  const role = message["role"];
  if (role === undefined && Array.isArray(message["output"])) return readResponse(runs, message);
  if (message["type"] === "function_call_output") {
    const text = contentText(message["output"], runs.drop);
    runs.result({ id: textOf(message["call_id"]) ?? "", text, isError: isFailed(message) });
    return;
  }
  const text = contentText(message["content"], runs.drop);
  switch (role) {
    case "system":
    case "user":
      runs.say(role, { text });
      return;
    case "assistant":
      runs.say("assistant", {
        text,
        reasoning: textOf(message["reasoning_content"]) ?? textOf(message["reasoning"]),
        calls: chatCalls(message["tool_calls"]),
      });
      return;
    case "tool":
      runs.result({ id: textOf(message["tool_call_id"]) ?? "", text, isError: isFailed(message) });
      return;
    case "exit": // How the run ended; nobody said it.
      return;
    default:
      runs.drop(`unknown_role: ${textOf(role) ?? ""}`);
  }
}

function isFailed(message: Raw): boolean {
  return textOf(recordOf(message["extra"])["exception_info"]) !== undefined;
}
