/** What the card of a set made of duels says. */
import type { BucketRules } from "../duel/bucket.ts";
import type { CardText } from "./card.ts";
import { PRIVILEGED_LIMITS } from "./privileged.ts";

/** @param sources data sets that the turns' origins name. */
export function exportCard(
  sources: readonly string[],
  {
    refined,
    limits,
    isPrivileged,
  }: {
    readonly refined: boolean;
    readonly limits: BucketRules;
    readonly isPrivileged: boolean;
  },
): CardText {
  return {
    title: "Single turns of coding agents, judged in duels",
    summary:
      "Histories of real agent trajectories with a next turn that a panel of judges preferred, and pairs of turns where the panel agreed.",
    howMade: [
      "each turn was answered twice: by the king, from the history alone, and by the challenger, which saw what was hidden (the pull request, or what the run did afterwards) and may only say what the history lets it know",
      "a panel of language models judged both answers in both orders on correctness, grounding, progress, protocol and efficiency",
      `answers to learn: challengers of ${VALUES[limits.by]} ${limits.final_min} and more${refined ? `, and of ${limits.defeat_max} and more (refined)` : ""}`,
      "pairs: only where the score, both orders and the bucket agree; in defeats the king is chosen",
      "a person's verdict overrules the panel; margins (points) and the share of agreeing judges are in the metadata",
      "turns whose audit says leak are left out, and so are answers with secrets; secrets in histories are masked",
    ],
    sources: (sources.length > 0 ? sources : ["turns of this workspace (no origin recorded)"]).map(
      (name) => ({ name, license: null }),
    ),
    limits: [
      "judges are language models: what they prefer together need not be right",
      "the audit finds words of the pull request, not every idea of it",
      "no answer was executed",
      ...(isPrivileged ? PRIVILEGED_LIMITS : []),
    ],
  };
}

// ---------------------------------------------------------------------------------------------

const VALUES: Readonly<Record<BucketRules["by"], string>> = {
  score: "score",
  decisive: "decisive score",
  posterior: "reckoned true score",
};
