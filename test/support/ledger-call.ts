/** A call of the king's as lines of the ledger share it; id, event, usd and outcome are the test's own. */
export const LEDGER_CALL = {
  time: "t",
  stage: "king",
  item: "king/p_1_001_1.json/1",
  role: "king",
  provider: "p",
  model: "m",
  tokens_in: 10,
  tokens_cached: 0,
  tokens_out: 5,
  tokens_reasoning: 0,
  latency_ms: 1,
} as const;
