/** Rows of SWE-smith, SWE-ZERO, toolbench and tool-calling sets as rollouts, prompts as their last turn. */
import { rowVerdict } from "../formats/verdict.ts";
import { dropped, kept, type Kept } from "../sample/drops.ts";
import { readyTurnOf, trajectoryOf, type Row } from "../sample/shapes.ts";
import { plainMessage } from "../sample/messages.ts";
import type { Message } from "../../records/message.ts";
import type { Rollout } from "./events.ts";

/** `id` tells the rollouts of an instance apart: the place of the row. */
export function rolloutOf(
  row: Row,
  from: Pick<Rollout, "source" | "id" | "origin">,
): Kept<Rollout> {
  if (typeof row["assistant"] === "string") return readyRollout(row, from);
  const shown = trajectoryOf(row, "text");
  const calls = trajectoryOf(row, "keep");
  if (!shown.ok) return shown;
  if (!calls.ok) return calls;
  if (shown.value.run.messages.length !== calls.value.run.messages.length)
    return dropped("bad_row");
  const { instance_id, repo, run } = shown.value;
  return kept({
    ...from,
    instance_id: questionOf(instance_id),
    repo,
    resolved: resolvedOf(row),
    run: run.id ?? textOf(row, "traj_id"),
    model: textOf(row, "model"),
    messages: run.messages.map(plainMessage),
    calls: calls.value.run.messages,
    demos: run.notTurns,
  });
}

/**
 * A ready turn: the history with one answer, of which only the answer is an event.
 * @param said the answer with its calls, where it has any.
 */
export function singleTurn(
  history: readonly Message[],
  answer: string,
  from: Pick<
    Rollout,
    "source" | "id" | "instance_id" | "repo" | "resolved" | "run" | "origin" | "model"
  >,
  said: Message = { role: "assistant", content: answer },
): Rollout {
  const messages = [...history.map(plainMessage), { role: "assistant", content: answer }];
  const earlier = history.flatMap((message, at) => (message.role === "assistant" ? [at] : []));
  return { ...from, messages, calls: [...history, said], demos: new Set(earlier) };
}

/** Rows of one side of every split: the repository, or else the instance. */
export function groupOf(
  rollout: Pick<Rollout, "repo" | "instance_id">,
  groupBy: "repo" | "instance",
): string {
  return groupBy === "repo" && rollout.repo !== "" ? rollout.repo : rollout.instance_id;
}

// ---------------------------------------------------------------------------------------------

function readyRollout(row: Row, from: Pick<Rollout, "source" | "id" | "origin">): Kept<Rollout> {
  const ready = readyTurnOf(row, "text");
  if (!ready.ok) return ready;
  const { instance_id, repo, messages, assistant } = ready.value;
  const names = {
    ...from,
    instance_id,
    repo,
    resolved: resolvedOf(row),
    model: textOf(row, "model"),
  };
  return kept(singleTurn(messages, assistant, names));
}

function textOf(row: Row, column: string): string | undefined {
  const value = row[column];
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** null: the row does not say, or not so that it can be read. */
function resolvedOf(row: Row): boolean | null {
  const verdict = rowVerdict(row);
  return verdict === "success" ? true : verdict === "failure" ? false : null;
}

/** toolbench cuts one conversation into rows "Step 2: QUERY", "Step 5: QUERY": the query is the instance. */
function questionOf(instanceId: string): string {
  return instanceId.replace(/^Step \d+: /, "");
}
