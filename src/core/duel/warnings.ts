/** What a reader of the duel has to know before believing it, one sentence each. */
import { familyWarning } from "./family.ts";
import type { TurnFacts } from "./facts.ts";
import type { DuelRules } from "./rules.ts";

export function warningsOf(turns: readonly TurnFacts[], rules: DuelRules): string[] {
  const models = [...new Set(turns.flatMap((turn) => turn.models))];
  const others = turns.filter((turn) => turn.otherSettings).length;
  return [
    ...rules.panel.flatMap((judge) => {
      const warning = familyWarning(judge.model, models);
      return warning === null ? [] : [`judge ${judge.model}: ${warning}`];
    }),
    ...(others === 0
      ? []
      : [
          `${others} ${others === 1 ? "turn has" : "turns have"} verdicts given under other settings (config hash differs); --force asks again`,
        ]),
    ...(rules.orders === "fixed"
      ? ["every judge saw the king first: first-place bias is part of the score"]
      : []),
  ];
}
