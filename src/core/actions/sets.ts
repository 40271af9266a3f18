/** Names of the three sets of next actions: folders here, and repositories on the Hub. */
export const ACTION_SETS = {
  proposer: "speculative-actions-proposer-sft",
  verifier: "speculative-actions-verifier-pref",
  eval: "speculative-actions-eval",
} as const;
