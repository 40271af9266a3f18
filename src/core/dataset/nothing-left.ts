/** What to do about a set of which no row was left: what mends the reason that took most of them. */

import type { Example } from "./example.ts";
import type { Format } from "./format-names.ts";
import { takes } from "./formats.ts";

type Counts = Readonly<Record<string, number>>;

/** @param own words of the builder about a reason of its own, which win. */
export function nothingLeftHint(reasons: Counts, own: Readonly<Record<string, string>>): string {
  const [most = ""] = Object.entries(reasons).sort((a, b) => b[1] - a[1])[0] ?? [];
  return (
    own[most] ?? HINTS[most] ?? "give other input: these rows have nothing that this set holds"
  );
}

/**
 * Why a format that was asked for beside others has no rows.
 * @param seen examples kept by kind, rows skipped by reason, rows refused by a format by reason
 */
export function emptyFormatNote(
  format: Format,
  seen: Readonly<Record<"kinds" | "reasons" | "refused", Counts>> & {
    readonly own: Readonly<Record<string, string>>;
  },
): string {
  const { kinds, reasons, refused, own } = seen;
  const there = Object.entries(kinds).filter(([, n]) => n > 0);
  const hasPlace = there.some(([kind]) => takes(format, kind as Example["kind"]));
  if (hasPlace && Object.keys(refused).length > 0) return nothingLeftHint(refused, own);
  const others = there.map(([kind, n]) => `${kind} ${n}`).join(", ");
  const none = `it has no place for the examples that are left (${others})`;
  return Object.keys(reasons).length === 0 ? none : `${none}; ${nothingLeftHint(reasons, own)}`;
}

/**
 * Why `stage:export` was asked for nothing that is there.
 * @param turns of the buckets, read.
 */
export function notAskedHint(turns: { readonly refined: number; readonly defeat: number }): string {
  const { refined, defeat } = turns;
  const won = "SFT formats need turns that the challenger won";
  // Of these alone every label of kto would be false.
  if (refined === 0)
    return `all turns (${defeat}) are in defeat/, where the challenger lost: --format preference makes pairs of them, and ${won}`;
  const more =
    defeat === 0
      ? ""
      : `; ${defeat} are in defeat/: --format preference (or, with --refined, kto) learns from them, and ${won}`;
  return `${refined} of the turns are in refined/: --refined learns from them${more}`;
}

// ---------------------------------------------------------------------------------------------

const LIMITS = "loosen the limits in chain.toml [dataset] or by flags, or give other input";
const LABELS = "--label names which are taken: leave it out, or name others";
const CHALLENGER =
  "the answers themselves are at fault: ask another [challenger].model, or for other turns";
const JUDGES = "draw more turns, or other judges ([judge].models)";

const HINTS: Readonly<Record<string, string>> = {
  patch_too_long: LIMITS,
  problem_too_short: LIMITS,
  too_many_tokens: "raise --max-tokens, or shorten histories: --history fit",
  empty_response: "--include-empty keeps rows without an answer as FAILURE, for kto",
  excluded_id: "[source].exclude_ids names them all: give other input",
  label_success: LABELS,
  label_failure: LABELS,
  label_unknown: LABELS,
  not_judged:
    "npm run stage:validate asks the judges that are missing, and stage:report sorts anew",
  orders_disagree: JUDGES,
  person_draw: JUDGES,
  broken_file:
    "mend the answers by hand, or bring them back from a copy; asking for them anew is paid again",
  leak: CHALLENGER,
  malformed: CHALLENGER,
  secret: CHALLENGER,
  no_second_answer: "both answers are the same: let another model be the king, or draw other turns",
  nothing_won:
    "of these runs no turn was won: --draw-weight above 0 learns drawn ones; with [duel].mode = 1 in chain.toml (the run's own next turn is the opponent) lost duels count for the run's own words",
  nothing_privileged: "--privileged future or reasons: of these turns no pull request is known",
  not_alternating: "take another format: this one has no place for such conversations",
  special_token: "take another format: the texts hold the tokens of this one's markup",
  template_refused: "npm run check-template -- FILE says what the template takes",
  template_lost: "npm run check-template -- FILE says what the template carries",
};
