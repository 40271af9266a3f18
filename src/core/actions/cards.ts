/** What the cards of the three next-action sets say. */
import type { CardText } from "../dataset/card.ts";

const KNOWN: Readonly<Record<string, { name: string; license: string | null }>> = {
  swe: { name: "agents' runs (SWE-smith trajectories or alike)", license: null },
  toolbench: { name: "toolbench", license: "apache-2.0" },
  own: { name: "prompts and won duels of this workspace", license: null },
};

/** `sources`: names of the sources that were read. */
export function actionCards(
  sources: readonly string[],
  warning: readonly string[],
): { readonly proposer: CardText; readonly verifier: CardText; readonly eval: CardText } {
  const common = {
    sources: sources.map((name) => KNOWN[name] ?? { name, license: null }),
    limits: [
      "Action types come from a rule-based classifier, not from people: docs/actions.md has its figures.",
      ...warning.map((line) => line.replaceAll("!!!", "").trim()),
    ],
  };
  return {
    proposer: {
      ...common,
      title: "Next actions: proposer",
      summary:
        "The history of an agent's run and the question what comes next; the answer is the action type and the turn that was taken.",
      howMade: [
        "Turns are drawn by seed, at most so many a source; tool calls are rendered as text.",
        "Turns of runs that failed are answers to learn only where --label names FAILURE; kto has them with label false, and leaves out runs of which nobody knows.",
        "The question stands in a message of its own: histories are as the agent saw them.",
      ],
    },
    verifier: {
      ...common,
      title: "Next actions: verifier",
      summary:
        "The history of an agent's run with two next actions: the one that a run which resolved its instance took (or that won its duel), and another one.",
      howMade: [
        'rejected_origin "rollout": another run of the instance took this action after the very same history; "duel": it lost the duel on this turn.',
        'rejected_origin "synthetic": made up. synthetic_kind says how: borrowed from another run of the instance after another history, from the same position (turn) of a run of another instance, later in the same run, the last action repeated, or handing in at once.',
        "Later turns of the same run are taken only where no other run has an action to offer.",
      ],
      limits: [
        ...common.limits,
        "A synthetic rejected action is plausible, but nobody tried it: it is not known to be worse.",
        "What gives synthetic ones away without any judgement: a later turn knows what happened meanwhile, one from another instance names other files, a repeated one stands in the history. rejected_origin and synthetic_kind tell them apart.",
      ],
    },
    eval: {
      ...common,
      title: "Next actions: eval",
      summary:
        "As the proposer set, from repositories (or questions) that are in neither of the other two sets; metadata.action_type is the gold label.",
      howMade: ["Whole groups are set aside by seed before anything else is drawn from them."],
    },
  };
}
