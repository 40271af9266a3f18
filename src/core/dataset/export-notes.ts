/** What the person should know of an export beside its counts. */
import { emptyFinalNote } from "../duel/empty-final.ts";
import { homePathsNote } from "../secrets/home.ts";
import { counted } from "../text/counted.ts";

type Counts = Readonly<Record<string, number>>;

export function exportNotes(seen: {
  readonly finals: number;
  /** Turns that were learned from and are problems of a public benchmark. */
  readonly benchmarks: number;
  /** Home folders in what is learned. */
  readonly homes: { readonly paths: number; readonly turns: number };
  readonly scores: readonly number[];
  readonly limits: Parameters<typeof emptyFinalNote>[1];
  readonly refined: boolean;
  readonly masked: Counts;
  readonly rejectedBy: Counts;
}): string[] {
  const { finals, refined, homes, benchmarks } = seen;
  const empty = finals > 0 || refined ? null : emptyFinalNote(seen.scores, seen.limits);
  const [losers, kinds] = [listed(seen.rejectedBy), listed(seen.masked)];
  return [
    ...(losers === "" ? [] : [`rejected sides of pairs, by who wrote them: ${losers}`]),
    ...(empty === null ? [] : [empty]),
    ...(homes.paths > 0 ? [homePathsNote(homes.paths, counted(homes.turns, "turn"))] : []),
    ...(kinds === "" ? [] : [`secrets masked, turns by kind: ${kinds}`]),
    ...(benchmarks > 0
      ? [
          `WARNING: ${benchmarks} of the turns ${benchmarks === 1 ? "is" : "are"} from test problems of SWE-bench Lite or Verified: a model trained on this set must not be measured on them`,
        ]
      : []),
  ];
}

const listed = (counts: Counts): string =>
  Object.entries(counts)
    .map(([name, n]) => `${name} ${n}`)
    .join(", ");
