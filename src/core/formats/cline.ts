/** Cline's message files: one document a session, Anthropic's blocks, subagents in files beside it. */
import { createRunBuilder } from "./building.ts";
import { partsOf } from "./parts.ts";
import type { Reading } from "./run.ts";
import { recordOf, recordsOf, textOf } from "./values.ts";

/** `<id>.messages.json`; `index`: `<id>.json` beside it, or null. */
export function readCline(document: unknown, index: unknown): Reading {
  const file = recordOf(document);
  const runs = createRunBuilder({ unanswered: "stopped", parts: true });
  const system = textOf(file["system_prompt"]);
  if (system !== undefined) runs.say("system", { text: system });
  for (const message of recordsOf(file["messages"])) {
    const { text, reasoning, calls, results } = partsOf(message["content"], runs.drop);
    if (message["role"] === "assistant") {
      if (text === "" && reasoning === "" && calls.length === 0) continue;
      runs.say("assistant", { text, reasoning, calls });
    } else if (message["role"] === "user") {
      for (const result of results) {
        runs.result({ id: result.id, text: result.text, isError: isFailed(result) });
      }
      if (text !== "") runs.say("user", { text });
    } else {
      runs.drop(`unknown_role: ${textOf(message["role"]) ?? ""}`);
    }
  }
  const origin = recordOf(file["origin"]);
  const subagent = textOf(origin["subagent"]);
  return runs.finish({
    id: subagent ?? textOf(file["sessionId"]) ?? null,
    format: "cline",
    version: textOf(origin["version"]),
    parent: subagent === undefined ? undefined : textOf(origin["parentThreadId"]),
    kind: subagent === undefined ? "main" : "subagent",
    cwd: textOf(recordOf(index)["cwd"]),
  });
}

// ---------------------------------------------------------------------------------------------

/** The tools answer in JSON that says so, while the block itself may not. */
function isFailed(result: { readonly text: string; readonly isError: boolean }): boolean {
  if (result.isError) return true;
  if (!/^\s*[[{]/.test(result.text)) return false;
  return /"success"\s*:\s*false/.test(result.text);
}
