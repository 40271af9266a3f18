/**
 * SWE-agent's .traj: `history` is what the model saw. "Exit due to ..." at its end is written by the
 * agent when a limit ends the run, as is the observation after it.
 */
import { createRunBuilder } from "./building.ts";
import { chatCalls } from "./mini-swe-agent.ts";
import { contentText } from "./parts.ts";
import type { Reading } from "./run.ts";
import { isRecord, listOf, recordOf, recordsOf, textOf, type Raw } from "./values.ts";

/**
 * `history` as a list of messages. A retrying agent's file holds all its `attempts`, and beside them the
 * chosen one once more, which is read from there. Each is a run; those not chosen are called
 * "<id>#attempt-<n>" (n from 1), the id being the instance's or else `name`.
 */
export function readSweAgent(document: unknown, name = "run"): Reading {
  const file = recordOf(document);
  const chosen = Array.isArray(file["history"]) ? file : null;
  if (!Array.isArray(file["attempts"])) return readAttempt(file);
  const chosenText = chosen === null ? null : JSON.stringify(chosen["history"]);
  const id = instanceOf(file) ?? name;
  const readings = chosen === null ? [] : [readAttempt(chosen)];
  let broken = 0;
  let isChosenFound = false;
  for (const [at, value] of listOf(file["attempts"]).entries()) {
    if (!isRecord(value) || !Array.isArray(value["history"])) {
      broken++;
    } else if (!isChosenFound && JSON.stringify(value["history"]) === chosenText) {
      isChosenFound = true;
    } else {
      readings.push(otherAttempt(value, id, at + 1));
    }
  }
  return joined(readings, broken);
}

// ---------------------------------------------------------------------------------------------

function instanceOf(file: Raw): string | undefined {
  return textOf(file["instance_id"]) ?? textOf(recordOf(file["info"])["instance_id"]);
}

/** What judged the run judged the chosen attempt: nothing is known of how this one would have fared. */
function otherAttempt(file: Raw, instance: string, attempt: number): Reading {
  const reading = readAttempt(file);
  const id = `${instance}#attempt-${attempt}`;
  const runs = reading.runs.map((run) => ({ ...run, id, instance_id: instance, attempt }));
  return { ...reading, runs };
}

/** Drops of attempts without a run, and attempts that hold none, count with the first run there is. */
function joined(readings: readonly Reading[], broken: number): Reading {
  const runs = readings.flatMap((reading) => reading.runs);
  const drops: Record<string, number> = broken === 0 ? {} : { attempt_without_history: broken };
  for (const reading of readings) {
    for (const [why, count] of Object.entries(reading.drops)) {
      drops[why] = (drops[why] ?? 0) + count;
    }
  }
  const [first, ...others] = runs;
  if (first === undefined) return { runs: [], drops };
  const sum = { ...first.drops };
  for (const [why, count] of Object.entries(drops)) sum[why] = (sum[why] ?? 0) + count;
  return { runs: [{ ...first, drops: sum }, ...others], drops: {} };
}

function readAttempt(file: Raw): Reading {
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
  const id = instanceOf(file);
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
