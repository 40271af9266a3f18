/**
 * SWE-agent's .traj: `history` is what the model saw. "Exit due to ..." at its end is written by the
 * agent when a limit ends the run, as is the observation after it.
 */
import { createRunBuilder } from "./building.ts";
import { chatCalls } from "./mini-swe-agent.ts";
import { contentText } from "./parts.ts";
import type { Reading } from "./run.ts";
import { listOf, recordOf, recordsOf, textOf, type Raw } from "./values.ts";

/** `history` as a list of messages, or as JSON text of one. */
export function readSweAgent(document: unknown): Reading {
  const file = recordOf(document);
  const info = recordOf(file["info"]);
  const status = textOf(info["exit_status"]) ?? textOf(file["exit_status"]) ?? "";
  const runs = createRunBuilder({
    unanswered: status.startsWith("submitted") ? "said" : "stopped",
    parts: false,
  });
  const history = recordsOf(file["history"]);
  const end = history.findIndex(isExit);
  for (const message of end < 0 ? history : history.slice(0, end)) {
    const text = contentText(message["content"], runs.drop);
    switch (message["role"]) {
      case "system":
      case "user":
        runs.say(message["role"], { text });
        break;
      case "assistant": {
        const isDemo = message["is_demo"] === true || message["message_type"] === "demonstration";
        const calls = chatCalls(message["tool_calls"]);
        const reasoning = thinking(message);
        runs.say("assistant", { text, reasoning, calls, notTurn: isDemo });
        break;
      }
      case "tool": {
        const ids = listOf(message["tool_call_ids"]).filter((id) => typeof id === "string");
        const id = ids[0] ?? textOf(message["tool_call_id"]) ?? "";
        runs.result({ id, text });
        break;
      }
      default:
        runs.drop(`unknown_role: ${textOf(message["role"]) ?? ""}`);
    }
  }
  if (end >= 0) runs.drop("agents_own_words", history.length - end);
  const id = textOf(file["instance_id"]) ?? textOf(info["instance_id"]);
  return runs.finish(
    { id: id ?? null, format: "swe-agent", version: textOf(info["swe_agent_version"]) },
    {
      facts: {
        ...(id === undefined ? {} : { instance_id: id }),
        ...(status === "" ? {} : { exit_status: status }),
      },
    },
  );
}

// ---------------------------------------------------------------------------------------------

function isExit(message: Raw): boolean {
  return (
    message["role"] === "assistant" &&
    typeof message["content"] === "string" &&
    message["content"].startsWith("Exit due to ") &&
    (message["action"] === "" || message["action"] === undefined) &&
    listOf(message["tool_calls"]).length === 0
  );
}

function thinking(message: Raw): string {
  return recordsOf(message["thinking_blocks"])
    .map((block) => textOf(block["thinking"]) ?? "")
    .filter((text) => text !== "")
    .join("\n");
}
