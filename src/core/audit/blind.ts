/**
 * What somebody blind does too is no leak: the king of the same turn, and other runs of the same instance
 * as far as they had come by then. And the other way round: what hardly one of a hundred of them had done by
 * then is suspect, whatever it says.
 */
import type { Rollouts } from "../../records/rollouts.ts";
import { segmentsOf, type Segment } from "./answer.ts";
import type { Evidence } from "./evidence.ts";
import type { Hidden } from "./hidden.ts";
import { isUnread, lineClaims } from "./lines.ts";
import { editsOf } from "./manner.ts";
import type { Visible } from "./visible.ts";

export type Blind = {
  /** The king's answer; absent where the king itself is audited. */
  readonly king?: string | undefined;
  readonly rollouts?: Rollouts | null | undefined;
  /** 0-based turn of the answer; unknown: no run counts. */
  readonly turn?: number | undefined;
};

/** True for words that the king says too, or that another run had said by that turn. */
export function isSaidBlind(one: Evidence, answer: string, blind: Blind): boolean {
  if (UNSAID.has(one.kind)) return false;
  const words = squeezed(answer.slice(one.start, one.end));
  if (words.length < MIN_LETTERS) return false;
  if (blind.king !== undefined && squeezed(blind.king).includes(words)) return true;
  const { rollouts, turn } = blind;
  if (rollouts == null || turn === undefined) return false;
  return rollouts.said.some((said) => said.turn <= turn && squeezed(said.text) === words);
}

/** A narrow view of the changed lines, or an edit, that at most one in a hundred runs had made by that turn. */
export function actsAhead(
  answer: string,
  segments: readonly Segment[],
  hidden: Hidden,
  visible: Visible,
  { rollouts, turn }: Blind,
): Evidence[] {
  if (rollouts == null || turn === undefined) return [];
  // A run that ended before may have had no time for it: those that came so far, or acted, are asked.
  const runs = rollouts.views.flatMap((view, at) => {
    const edit = rollouts.edits[at] ?? null;
    const isLong = (rollouts.turns?.[at] ?? Infinity) > turn;
    return isLong || view !== null || edit !== null ? [{ view, edit }] : [];
  });
  if (runs.length < MIN_ROLLOUTS) return [];
  const isAhead = (act: "view" | "edit"): boolean =>
    runs.filter((run) => (run[act] ?? Infinity) <= turn).length <= RARE * runs.length;
  const view = isUnread(hidden, visible) ? viewOf(answer, hidden) : null;
  const acts = [
    ...(view !== null && isAhead("view") ? [{ ...view, what: "views changed lines" }] : []),
    ...editsOf(answer, segments, hidden, visible)
      .slice(0, isAhead("edit") ? 1 : 0)
      .map((edit) => ({ ...edit, what: "edits a changed file" })),
  ];
  return acts.map(({ start, end, what }) => ({
    kind: "act",
    start,
    end,
    weight: ACT_WEIGHT,
    evidence: `${what} at turn ${turn}, before 99 of 100 other runs (${runs.length} came so far)`,
  }));
}

/** Of one run: the turns of its first narrow view and of its first edit; null: never. */
export function firstActs(
  turns: readonly string[],
  hidden: Hidden,
  visible: Visible,
): { readonly view: number | null; readonly edit: number | null } {
  const first = (does: (text: string) => boolean): number | null => {
    const at = turns.findIndex(does);
    return at < 0 ? null : at;
  };
  return {
    view: first((text) => viewOf(text, hidden) !== null),
    edit: first((text) => editsOf(text, segmentsOf(text), hidden, visible).length > 0),
  };
}

// ---------------------------------------------------------------------------------------------

/** Whether a form of speech is settled is not a matter of its words. */
const UNSAID: ReadonlySet<string> = new Set(["claim", "wording", "canary", "act"]);
const MIN_LETTERS = 3;
/** Fewer runs cannot say what one in a hundred does. */
const MIN_ROLLOUTS = 20;
const RARE = 0.01;
/** A suspicion, and no leak by itself. */
const ACT_WEIGHT = 0.8;
/** Lines beside a hunk that a narrow view may have. */
const NARROW = 40;

const squeezed = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "");

/** Line numbers given with the file's name, in or about a hunk. */
function viewOf(answer: string, hidden: Hidden): { start: number; end: number } | null {
  const claims = lineClaims(answer);
  for (const { part, path, isNewFile, oldStart, oldLength } of hidden.hunks) {
    if (part !== "patch" || isNewFile) continue;
    if (!answer.includes(path.slice(path.lastIndexOf("/") + 1))) continue;
    const claim = claims.find(
      ({ from, to }) =>
        from <= oldStart + oldLength && to >= oldStart && to - from <= oldLength + NARROW,
    );
    if (claim !== undefined) return { start: claim.start, end: claim.end };
  }
  return null;
}
