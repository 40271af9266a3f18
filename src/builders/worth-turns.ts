/** The judged turns that `worth` trains its arms on, and who judged them. */
import type { Config } from "../config.ts";
import { judgePanel } from "../config/models.ts";
import type { Tally } from "../core/tally.ts";
import { worthTurn, type WorthSplit, type WorthTurn } from "../core/worth/arms.ts";
import { tooFewWords } from "../core/worth/outcomes.ts";
import { UserError } from "../errors.ts";
import { isWanted } from "../io/answers.ts";
import type { Store } from "../io/store.ts";
import { BUCKETS } from "../records/exported.ts";
import { isRefinedName } from "../records/refined.ts";
import type { StageOptions } from "../work.ts";
import { readTurn } from "./judged-turns.ts";

/**
 * Every judged turn that can stand in all arms, and who judged them; the others are counted by their reason.
 * @throws UserError where no turn can.
 */
export async function judgedTurns(
  config: Config,
  store: Store,
  options: Pick<StageOptions, "only"> & { readonly allowBenchmarks: boolean },
  tally: Tally,
): Promise<{ turns: WorthTurn[]; judgedBy: ReadonlySet<string> }> {
  const turns: WorthTurn[] = [];
  const judgedBy = new Set(judgePanel(config).map(({ model }) => model));
  for (const bucket of BUCKETS) {
    for (const name of await store.list(bucket)) {
      if (!name.endsWith(".json") || isRefinedName(name) || !isWanted(name, options)) continue;
      const { turn } = await readTurn(config, store, { bucket, name });
      const taken = worthTurn(turn, options.allowBenchmarks);
      if (!taken.ok) tally.dropped(taken.reason);
      else {
        tally.kept();
        turns.push(taken.turn);
        for (const { model } of turn.score?.judges ?? []) judgedBy.add(model);
      }
    }
  }
  if (turns.length > 0) return { turns, judgedBy };
  throw new UserError(
    `worth: no judged turn of final/, refined/ and defeat/ can stand in all arms${droppedWords(tally)}`,
    wayOn(tally) ??
      "npm run stages makes them: a turn needs a king, a challenger and a winner that score and both orders agree on",
  );
}

/** @throws UserError where so few are held out, or left to train on, that nothing could be said. */
export function refuseTooFew({ train, held }: WorthSplit, tally: Tally): void {
  const repositories = new Set(held.map(({ repo }) => repo)).size;
  const fault = tooFewWords(repositories, train.length);
  if (fault === null) return;
  throw new UserError(
    `worth: ${fault}${droppedWords(tally)}`,
    wayOn(tally) ?? "judge turns of more repositories, or hold out a larger share with --held-out",
  );
}

// ---------------------------------------------------------------------------------------------

/** " (24 read: benchmark 18, no_winner 2)"; nothing where all were kept. */
function droppedWords(tally: Tally): string {
  const { read, dropped } = tally.summary("worth", null);
  const reasons = Object.entries(dropped).map(([reason, count]) => `${reason} ${count}`);
  return reasons.length === 0 ? "" : ` (${read} read: ${reasons.join(", ")})`;
}

/** Where one flag brings back most of what was left out. */
function wayOn(tally: Tally): string | null {
  const [most] = Object.keys(tally.summary("worth", null).dropped);
  return most === "benchmark"
    ? "turns of benchmarks are left out: --allow-benchmarks takes them, or judge turns of other repositories"
    : null;
}
