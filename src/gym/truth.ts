/** Outcomes of a workspace, and what labels say of the conversations that the tests know. */
import { z } from "zod";
import type { Config } from "../config.ts";
import { panelTruth, truthTurns, type PanelTruth } from "../core/tasks/panel.ts";
import { labelRun } from "../core/label/label.ts";
import type { LabelTruth } from "../core/report/story-outcomes.ts";
import { turnRow, type TurnRow } from "../core/report/turn-row.ts";
import { listAnswers } from "../io/answers.ts";
import type { Store } from "../io/store.ts";
import { answerSchema } from "../records/answer.ts";
import { messageSchema } from "../records/message.ts";
import { outcomeSchema, playedIn, type OutcomeFile } from "../records/outcome.ts";
import { reviewSchema } from "../records/review.ts";
import { scoreSchema } from "../records/score.ts";

export type Truth = {
  /** null: no turn has a score and outcomes of both answers. */
  readonly panel: PanelTruth | null;
  readonly labels: readonly LabelTruth[];
};

/** What a workspace's outcomes say of the panel; `rows` are those of the turns in question. */
export async function truthOf(
  { duel }: Config,
  store: Store,
  rows: readonly TurnRow[],
): Promise<Truth> {
  const outcomes = await readOutcomes(store);
  const panel = panelTruth(truthTurns(rows, outcomes, duel));
  return { panel, labels: panel === null ? [] : await labelTruth(store, outcomes) };
}

/** The rows of all answers, as the report has them. */
export async function rowsOf({ bucket, duel }: Config, store: Store): Promise<TurnRow[]> {
  const rows: TurnRow[] = [];
  for (const { name, path } of await listAnswers(store)) {
    const answer = await store.read(path, answerSchema);
    const score = await store.readIfThere(`score/${name}`, scoreSchema);
    const review = await store.readIfThere(`review/${name}`, reviewSchema);
    rows.push(turnRow({ file: name, answer, score, review }, bucket, duel.mode));
  }
  return rows;
}

/** By answer file. */
export async function readOutcomes(store: Store): Promise<Map<string, OutcomeFile>> {
  const found = new Map<string, OutcomeFile>();
  for (const name of await store.list("outcome")) {
    if (name.endsWith(".json")) found.set(name, await store.read(`outcome/${name}`, outcomeSchema));
  }
  return found;
}

const runSchema = z.looseObject({
  resolved: z.boolean(),
  info: z.looseObject({ exit_status: z.string() }),
  messages: z.array(messageSchema),
});

/** The rule for labels, which does not see the verdict, on every rollout. */
export async function labelTruth(
  store: Store,
  outcomes: ReadonlyMap<string, OutcomeFile>,
): Promise<LabelTruth[]> {
  const counts = new Map<string, { solved: number; unsolved: number }>();
  for (const outcome of outcomes.values()) {
    for (const path of playedIn(outcome).flatMap(({ runs }) => runs)) {
      const run = await store.readIfThere(path, runSchema);
      if (run === null) continue;
      const { label } = labelRun({
        messages: run.messages,
        notTurns: new Set(),
        verdict: null,
        exit_status: run.info.exit_status,
      });
      const count = counts.get(label) ?? { solved: 0, unsolved: 0 };
      counts.set(label, {
        solved: count.solved + (run.resolved ? 1 : 0),
        unsolved: count.unsolved + (run.resolved ? 0 : 1),
      });
    }
  }
  return [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([label, count]) => ({ label, ...count }));
}
