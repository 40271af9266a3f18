/**
 * The duel: puts every answer before the panel and weighs the verdicts. Reads answer/, writes score/.
 * A verdict is saved as soon as it is in; a run asks only for those that are missing.
 */
import type { Config } from "../config.ts";
import type { DuelRules } from "../core/duel/rules.ts";
import { bothReports, makeTally } from "../core/tally.ts";
import { nearestName } from "../core/text/nearest.ts";
import type { Deps } from "../deps.ts";
import { UserError } from "../errors.ts";
import { listAnswers, type AnswerFile } from "../io/answers.ts";
import { openFacts } from "../io/facts/facts.ts";
import { askPanel, newRound, ROUND_KINDS, type How } from "../judging/asking.ts";
import { knownVotes, panelRules } from "../judging/panel-rules.ts";
import { DUEL, weigh, WEIGH_KINDS } from "../judging/weighing.ts";
import { duelSchema } from "../records/duel.ts";
import type { StageOptions, StageSummary } from "../work.ts";

export type ValidateOptions = StageOptions & {
  /** Read all kept replies again; asks nobody. */
  readonly reparse?: boolean;
  /** A judge that is asked anew on every turn. */
  readonly rejudge?: string;
  /** Take verdicts of two versions of prompt or hash as they are. */
  readonly mixed?: boolean;
};

export async function validate(
  config: Config,
  deps: Deps,
  options: ValidateOptions,
): Promise<StageSummary> {
  const answers = await listAnswers(deps.store, options);
  const before = options.force ? null : await deps.store.readIfThere(DUEL, duelSchema);
  const rules = panelRules(config, deps, knownVotes(config, before));
  checkOptions(answers, options, rules);
  const round = newRound(
    config,
    deps,
    rules,
    openFacts(deps.store, [...ROUND_KINDS, ...WEIGH_KINDS]),
  );
  deps.progress.begin("validate", answers.length);
  const asked = await askPanel(round, answers, howOf(options));
  deps.progress.end();
  const tally = makeTally();
  const names = new Set(answers.map(({ name }) => name));
  const notes = await weigh(round, names, tally, options.mixed === true);
  const unkept = await round.facts.save();
  if (unkept !== null) deps.progress.note(unkept);
  return tally.summary("validate", bothReports(asked, null, round.judges.toMend()), notes);
}

// ---------------------------------------------------------------------------------------------

const howOf = (options: ValidateOptions): How => ({
  force: options.force,
  retry: options.retry,
  rejudge: options.rejudge ?? null,
  reparse: options.reparse ?? false,
  counts: true,
});

function checkOptions(
  answers: readonly AnswerFile[],
  { rejudge }: ValidateOptions,
  { panel }: DuelRules,
): void {
  if (answers.length === 0) {
    throw new UserError(
      "validate: no answers to judge in answer/",
      "run `npm run stage:king` and `npm run stage:challenger` first; if you gave --only, look at its pattern",
    );
  }
  const models = panel.map((judge) => judge.model);
  if (rejudge === undefined || models.includes(rejudge)) return;
  const near = nearestName(rejudge, models);
  throw new UserError(
    `validate: --rejudge ${rejudge} is not on the panel (${models.join(", ")})`,
    near === null ? "name a judge of [judge].models" : `did you mean ${near}?`,
  );
}
