/**
 * refine: a second answer for turns in refined/, with the judges' reasons in view but for a control half, and
 * a duel of its own against the same king. Reads answer/, score/ and review/, writes answer/<stem>.r1.json and
 * score/<stem>.r1.json. The duel of all turns, its gate and its means know nothing of them: they are selected.
 */
import type { Config } from "../config.ts";
import { leakLimits } from "../builders/leak-limits.ts";
import { bothReports, makeTally } from "../core/tally.ts";
import { UserError } from "../errors.ts";
import { listAnswers } from "../io/answers.ts";
import { listRefinable } from "../judging/refinable.ts";
import { askSecond, judgeSecond } from "../judging/refining.ts";
import type { StageOptions, StageSummary } from "../work.ts";
import type { Deps } from "../deps.ts";

/** @throws UserError for --force, without answers, and where scores are not a panel's. */
export async function refine(
  config: Config,
  deps: Deps,
  options: StageOptions,
): Promise<StageSummary> {
  checkSettings(config, options);
  const answers = await listAnswers(
    deps.store,
    options.only === undefined ? {} : { only: options.only },
  );
  if (answers.length === 0) {
    throw new UserError(
      "refine: no answers in answer/",
      "run the five stages first (npm run stages): turns in refined/ are answered once more",
    );
  }
  const tally = makeTally();
  const turns = await listRefinable(config, deps, options, answers);
  deps.progress.begin("refine", turns.length);
  const limits = await leakLimits(config, deps, false);
  const asked = await askSecond(config, deps, { ...options, limits }, turns);
  const judged = await judgeSecond(config, deps, options, { turns, asked, tally });
  deps.progress.end();
  const report = judged === null ? asked.report : bothReports(asked.report, judged, []);
  const named = options.only === undefined ? "" : "that --only names ";
  const none = `no turn ${named}is in refined/: there is nothing to answer once more`;
  return tally.summary("refine", report, turns.length === 0 ? [none] : []);
}

// ---------------------------------------------------------------------------------------------

function checkSettings(config: Config, { force }: StageOptions): void {
  if (force) {
    throw new UserError(
      "refine: --force would be a second try at answers whose scores are known",
      "leave it out; where the settings were wrong for all of them, delete answer/*.r1.json and score/*.r1.json",
    );
  }
  if (config.judge.with === "panel") return;
  throw new UserError(
    `refine: [judge] with = "${config.judge.with}" has no reasons to show, and no panel to put a second answer before`,
    'set [judge] with = "panel"',
  );
}
