/**
 * Whether a turn has canaries, and which. Seeded a turn, so that a run that is killed plans the same
 * again; once a reply is filed the answer record says what was shown, and that counts.
 */
import type { Answer, Canary } from "../../records/answer.ts";
import type { Message } from "../../records/message.ts";
import type { PullRequest } from "../../records/pull-request.ts";
import { readVisible, type Visible } from "../audit/visible.ts";
import { partsOf } from "../audit/tokens.ts";
import { futureOf } from "../challenger/future.ts";
import { randomIndex, type Rng } from "../random.ts";
import { shiftedLines } from "./line-shift.ts";
import { materialOf, type Material } from "./material.ts";
import { otherMessages } from "./messages.ts";
import { broughtNames, otherName } from "./names.ts";
import { otherReferences } from "./references.ts";
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
  answer: { readonly messages: readonly Message[] },
  pr: PullRequest,
  share: number,
  rng: Rng,
): Plan {
  if (rng() >= share) return { none: "not_drawn" };
  if (futureOf(pr) !== null) return { none: "future" };
  const patch = pr.patch ?? "";
  if (!/^@@ -\d+(?:,\d+)? \+\d+/m.test(patch)) return { none: "no_diff" };
  const visible = readVisible(answer.messages);
  const names = otherNames(pr, visible, rng);
  const canaries = [...names.canaries, ...otherDetails(materialOf(pr, visible, rng))];
  if (canaries.length > 0) return { canaries: withoutClashes(canaries) };
  return { none: names.isAny ? "names_shown" : "no_names" };
}

/** The record with its canaries planned, unless a reply was filed before: then it is as it was shown. */
export function withCanaries(answer: Answer, pr: PullRequest, share: number, rng: Rng): Answer {
  if (answer.canaries !== undefined || (answer.challenger_tries ?? []).length > 0) return answer;
  const plan = planCanaries(answer, pr, share, rng);
  if ("canaries" in plan) return { ...answer, canaries: [...plan.canaries] };
  return plan.none === "not_drawn" ? answer : { ...answer, canaries_none: plan.none };
}

// ---------------------------------------------------------------------------------------------

function otherNames(
  pr: PullRequest,
  visible: Visible,
  rng: Rng,
): { readonly canaries: readonly Canary[]; readonly isAny: boolean } {
  const brought = broughtNames(pr.patch ?? "", pr.test_patch ?? "");
  const isShown = (name: string): boolean => visible.joined().includes(partsOf(name).join(""));
  const waiting = brought.filter((name) => !isShown(name));
  const record = JSON.stringify(pr);
  const canaries: Canary[] = [];
  while (canaries.length < MAX_NAMES && waiting.length > 0) {
    const [name] = waiting.splice(randomIndex(rng, waiting.length), 1);
    if (name === undefined) break;
    const isTaken = (other: string): boolean =>
      isShown(other) || record.includes(other) || canaries.some(({ shown }) => shown === other);
    const shown = otherName(name, rng, isTaken);
    if (shown !== null) canaries.push({ kind: "name", true: name, shown });
  }
  return { canaries, isAny: brought.length > 0 };
}

/** Messages, values of tests, references and lines: some of each kind. */
function otherDetails(material: Material): Canary[] {
  return [
    ...otherMessages(material).slice(0, MAX_OF_A_KIND),
    ...otherValues(material).slice(0, MAX_OF_A_KIND),
    ...otherReferences(material).slice(0, MAX_OF_A_KIND),
    ...shiftedLines(material).slice(0, MAX_OF_A_KIND),
  ];
}

/** Of details that stand in each other only the first is altered: the other would not be found again. */
function withoutClashes(canaries: readonly Canary[]): Canary[] {
  const kept: Canary[] = [];
  for (const one of canaries) {
    const clashes = kept.some(
      (other) => other.true.includes(one.true) || one.true.includes(other.true),
    );
    if (!clashes) kept.push(one);
  }
  return kept;
}
