/** Score files as stage:validate writes them, for tests of what is made of judged turns. */

type Row = Record<string, unknown>;

/** All five metrics alike. */
export const metricsOf = (value: number): Record<string, number> =>
  Object.fromEntries(
    ["correctness", "grounding", "progress", "protocol", "efficiency"].map((name) => [name, value]),
  );

export type ScoreGiven = {
  readonly file: string;
  readonly instance_id: string;
  readonly score: number;
  /** Of every judge, with the king first and with the challenger first: 0, 0.5 or 1. */
  readonly votes: readonly [number, number];
  readonly judges?: readonly string[];
  readonly mode?: 1 | 2;
  readonly reason?: string;
  readonly over?: Row;
};

export const scoreFile = ({
  file,
  instance_id,
  score,
  votes,
  judges = ["a", "b"],
  mode = 2,
  reason = "",
  over = {},
}: ScoreGiven): Row => ({
  file,
  instance_id,
  mode,
  score,
  metrics: metricsOf(score),
  style: "cat",
  parsed: true,
  pending: 0,
  disqualified: null,
  pair_hash: "p",
  config_hash: "x",
  judges: judges.flatMap((model) =>
    (["king_first", "challenger_first"] as const).map((order, at) => ({
      model,
      provider: "test",
      order,
      attempt: 1,
      metrics: metricsOf(votes[at] ?? 0),
      reason,
      unread: null,
      raw: "",
      reasoning: null,
      finish_reason: "stop",
      usage: { prompt_tokens: 0, cached_tokens: 0, completion_tokens: 0, reasoning_tokens: 0 },
      cost_usd: null,
      pair_hash: "p",
      time: "",
    })),
  ),
  ...over,
});
