/** What may change between the rounds of a target run: settings, said; neither its numbers nor its models. */
import { UserError } from "../../errors.ts";
import { SCHEMA } from "../../records/schema.ts";
import type { TargetRun } from "../../records/target.ts";
import { configHash } from "../turn/hash.ts";

export type TargetAim = {
  readonly accepted: number;
  readonly max_candidates: number;
  readonly gate: boolean;
};
export type TargetSetup = {
  readonly aim: TargetAim;
  /** "king" -> "provider/model". */
  readonly models: Readonly<Record<string, string>>;
  /** Section -> its keys, of the sections that decide what a round is worth. */
  readonly sections: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
};

/** The record of a run that begins. */
export function beginRun({ aim, models, sections }: TargetSetup): TargetRun {
  return { schema: SCHEMA, ...aim, models: { ...models }, settings: hashes(sections), rounds: [] };
}

/**
 * The record as it goes on with the present settings, and what a person is told.
 * @throws UserError for another target, and for other models
 */
export function goOn(run: TargetRun, setup: TargetSetup): { run: TargetRun; notes: string[] } {
  const { aim, models, sections } = setup;
  if (run.accepted !== aim.accepted || run.max_candidates !== aim.max_candidates) {
    throw new UserError(
      `stages --until target: this workspace's target is ${run.accepted} of at most ${run.max_candidates} candidates, and chain.toml says ${aim.accepted} of at most ${aim.max_candidates}`,
      "a workspace has one target: set [target] as it was, or use another workspace (--root DIR)",
    );
  }
  const other = [...new Set([...Object.keys(run.models), ...Object.keys(models)])].find(
    (role) => run.models[role] !== models[role],
  );
  if (other !== undefined) {
    throw new UserError(
      `stages --until target: the ${other} was ${run.models[other] ?? "nobody"} in the rounds before, and is ${models[other] ?? "nobody"} now`,
      "all rounds are one duel: set the model as it was, or use another workspace (--root DIR)",
    );
  }
  const now = hashes(sections);
  const changed = [...new Set([...Object.keys(run.settings), ...Object.keys(now)])]
    .filter((key) => run.settings[key] !== now[key])
    .sort();
  const notes =
    changed.length === 0 || run.rounds.length === 0
      ? []
      : [`${changed.join(", ")} changed since the round before: the gate's next look is a new one`];
  return { run: { ...run, gate: aim.gate, settings: now }, notes };
}

// ---------------------------------------------------------------------------------------------

function hashes(sections: TargetSetup["sections"]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(sections).flatMap(([section, keys]) =>
      Object.entries(keys)
        .filter(([, value]) => value !== undefined)
        .map(([key, value]) => [`[${section}] ${key}`, configHash(value).slice(0, 16)]),
    ),
  );
}
