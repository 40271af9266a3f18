/** A lineage with a crown: two challengers, the first refused, the second crowned in two duels. */
import type { Challenge, Lineage, ReignDuel } from "../../src/records/lineage.ts";

const duel = (name: string, at: number, margin: number | null): ReignDuel => ({
  folder: `reign/${name}/duel-${at}`,
  repositories: Array.from({ length: 5 }, (_, n) => `held/${name}-${at}-${n}`),
  turns: 12,
  files: [],
  result:
    margin === null
      ? null
      : {
          accepted: margin > 0,
          margin,
          interval: [margin - 6, margin + 6],
          lcb: margin - 5,
          gate_alpha: 0.05,
          n_turns: 12,
          n_parsed: 11,
          n_clusters: 5,
          n_disqualified: 1,
          reasons: margin > 0 ? [] : ["the margin is not above 0"],
        },
});

const challenge = (name: string, more: Partial<Challenge>): Challenge => ({
  name,
  challenger: { name, model: `artifacts/checkpoints/${name}/merged`, provider: null },
  king: { name: "king-model", model: "king-model", provider: "loop" },
  dataset: "dataset/export",
  dataset_hash: "abcdef0123456789",
  run_hash: name,
  method: "sft",
  base: "owner/base",
  trained_on: { repositories: ["a/b", "c/d"], instances: ["secret-instance-1"] },
  wins: 2,
  began: "2026-01-02T03:04:05Z",
  ended: "2026-01-03T03:04:05Z",
  state: "refused",
  duels: [],
  ...more,
});

/** `name` of the one that is crowned. */
export const crownedLineage = (name = "export-dpo"): Lineage => ({
  schema: 2,
  kings: [
    {
      name: "king-model",
      model: "king-model",
      provider: "loop",
      since: "2026-01-01T00:00:00Z",
      challenge: null,
    },
    { name, model: name, provider: null, since: "2026-01-05T00:00:00Z", challenge: name },
  ],
  challenges: [
    challenge("export-sft", { duels: [duel("export-sft", 1, -3.5)] }),
    challenge(name, {
      state: "crowned",
      method: "dpo",
      duels: [duel(name, 1, 12.25), duel(name, 2, 9)],
    }),
    challenge("export-kto", { state: "open", ended: null, duels: [duel("export-kto", 1, null)] }),
  ],
});
