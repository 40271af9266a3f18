/**
 * Whether a turn has canaries, and which. Seeded a turn, so that a run that is killed plans the same
 * again; once a reply is filed the answer record says what was shown, and that counts.
 */
import type { Answer, Canary } from "../../records/answer.ts";
import type { Message } from "../../records/message.ts";
import type { PullRequest } from "../../records/pull-request.ts";
import { readVisible } from "../audit/visible.ts";
import { futureOf } from "../challenger/future.ts";
import { hiddenText } from "../turn/challenger-prompt.ts";
import type { Rng } from "../random.ts";
import { findCanaries } from "./found.ts";
import { shiftedLines } from "./line-shift.ts";
import { materialOf, timesAlone, type Material } from "./material.ts";
import { otherMessages } from "./messages.ts";
import { otherNames } from "./names.ts";
import { otherReferences } from "./references.ts";
import { shownRecord } from "./shown.ts";
import { otherValues } from "./values.ts";

/** Names that are altered in one pull request at most: enough to be met with, few enough to read well. */
const MAX_NAMES = 3;
/** As many of each other kind. */
const MAX_OF_A_KIND = 2;

export type Plan =
  | { readonly canaries: readonly Canary[] }
  /** Why there are none, of a turn that was drawn to have some. */
  | { readonly none: NoCanary };

export type NoCanary = "not_drawn" | "future" | "no_diff" | "no_names" | "names_shown";

/**
 * @param share of the turns, 0 to 1; 0 draws none
 * @param rng of this turn alone
 */
export function planCanaries(
  answer: { readonly messages: readonly Message[]; readonly king?: string },
  pr: PullRequest,
  share: number,
  rng: Rng,
): Plan {
  if (rng() >= share) return { none: "not_drawn" };
  if (futureOf(pr) !== null) return { none: "future" };
  const patch = pr.patch ?? "";
  if (!/^@@ -\d+(?:,\d+)? \+\d+/m.test(patch)) return { none: "no_diff" };
  const material = materialOf(pr, readVisible(answer.messages), rng);
  const names = otherNames(material, MAX_NAMES);
  const isKept = (one: Canary): boolean => isHarmless(one, material, answer.king);
  const details = otherDetails(material).flatMap((kind) =>
    kind.filter(isKept).slice(0, MAX_OF_A_KIND),
  );
  const canaries = withoutClashes([...names.canaries.filter(isKept), ...details]);
  if (canaries.length > 0) return { canaries };
  return { none: names.areShown ? "names_shown" : "no_names" };
}

/** How a turn is asked: which share has canaries, the characters of the record that are shown, chance of this turn alone. */
export type Showing = {
  readonly share: number;
  readonly maxPrChars: number;
  readonly rng: Rng;
};

/** The record with its canaries planned, unless a reply was filed before: then it is as it was shown. */
export function withCanaries(
  answer: Answer,
  pr: PullRequest,
  { share, maxPrChars, rng }: Showing,
): Answer {
  if (answer.canaries !== undefined || (answer.challenger_tries ?? []).length > 0) return answer;
  const plan = planCanaries(answer, pr, share, rng);
  if ("canaries" in plan) {
    const canaries = inView(plan.canaries, pr, maxPrChars);
    return canaries.length > 0
      ? { ...answer, canaries }
      : { ...answer, canaries_none: "not_in_view" };
  }
  return plan.none === "not_drawn" ? answer : { ...answer, canaries_none: plan.none };
}

// ---------------------------------------------------------------------------------------------

/** Messages, values of tests, references and lines. */
const otherDetails = (material: Material): readonly (readonly Canary[])[] => [
  otherMessages(material),
  otherValues(material),
  otherReferences(material),
  shiftedLines(material),
];

/** Details that the challenger is shown: what stands in hints, or is cut, would be metered as kept to itself. */
function inView(canaries: readonly Canary[], pr: PullRequest, maxPrChars: number): Canary[] {
  const text = hiddenText(shownRecord(pr, canaries), maxPrChars);
  return canaries.filter(({ kind, shown }) =>
    kind === "line"
      ? text.includes(`@@ -${/:(\d+)-[^:]*$/.exec(shown)?.[1] ?? ""},`)
      : timesAlone(text, shown) > 0,
  );
}

/** The base text stays, so that the patch applies; and what the blind king says is no proof of anything. */
function isHarmless(one: Canary, { kept }: Material, king = ""): boolean {
  if (one.kind !== "line" && timesAlone(kept, one.true) > 0) return false;
  return findCanaries(king, [one]).leaked.length === 0;
}

/** Of details that stand in each other only the first is altered: the other would not be found again. */
function withoutClashes(canaries: readonly Canary[]): Canary[] {
  const kept: Canary[] = [];
  for (const one of canaries) {
    const clashes = kept.some(
      (other) =>
        !(one.kind === "name" && other.kind === "name") &&
        (other.true.includes(one.true) || one.true.includes(other.true)),
    );
    if (!clashes) kept.push(one);
  }
  return kept;
}
