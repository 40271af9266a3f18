/** What all outcomes together say: the part of worth.json that is measured. */
import { OUTCOMES, type Worth } from "../../records/worth.ts";
import { armMeans, comparisons, decidedBy, type ByOutcome } from "./compare.ts";
import type { Measured } from "./effect.ts";
import { OUTCOME_COLUMNS } from "./story.ts";

export type Told = Pick<Worth, "outcome" | "means" | "effects" | "beside" | "shown" | "duel">;

type ByArm = ReadonlyMap<string, readonly Measured[]>;

/** @param what `by`: one outcome at least; `form`: null where nothing was answered; `likely`: nats a token */
export function toldBy(what: {
  readonly by: ByOutcome;
  readonly form: ByArm | null;
  readonly likely: ByArm;
  readonly duel: Worth["duel"] | null;
}): Told {
  const { by, form, likely, duel } = what;
  const decided = decidedBy(by);
  if (decided === null) throw new Error("worth: no outcome was chosen");
  const means = OUTCOMES.flatMap((name) => {
    const one = by[name];
    return one === undefined ? [] : [[OUTCOME_COLUMNS[name], one] as const];
  });
  return {
    ...decided,
    ...(duel == null ? {} : { duel }),
    means: armMeans({
      ...Object.fromEntries(means),
      ...(form === null ? {} : { form }),
      [OWN_TEXT]: likely,
    }),
    shown: {
      ...(form === null ? {} : { "form of the answer": comparisons(form) }),
      [OWN_TEXT]: comparisons(likely, true),
    },
  };
}

// ---------------------------------------------------------------------------------------------

const OWN_TEXT = "nats a token of the challenger's text";
