/** The settings of a duel, as the rules need them. The stage makes them from chain.toml. */
import type { Order } from "../../work.ts";
import type { Rng } from "../random.ts";
import type { BucketRules } from "./bucket.ts";
import type { VoteModel } from "./vote-model.ts";

export type Judge = {
  readonly model: string;
  readonly provider: string;
  readonly thinking: boolean;
  /** Completion limit of its own; thinking included. */
  readonly max_tokens?: number | undefined;
  readonly temperature?: number | "default" | undefined;
  /** Identity of the settings that a refused call of it is bound to. */
  readonly settings?: string;
};

/** How far a sequential panel goes. */
export type SequentialRules = {
  /** Judges that every turn is put before, and the most that one is; at least 2, at most the panel. */
  readonly min_judges: number;
  readonly max_judges: number;
  /** Chance of a bucket, in (0.5, 1), from which on no further judge is asked. */
  readonly certainty: number;
  /** How this panel's votes vary. */
  readonly votes: VoteModel;
};

export type DuelRules = {
  /** 2: against the king; 1: against the reference. */
  readonly mode: 1 | 2;
  /** In the order in which a lazy or sequential panel is asked. */
  readonly panel: readonly Judge[];
  /** All judges, as many as the bucket needs for sure, or as many as make it likely enough. */
  readonly panelMode: "full" | "lazy" | SequentialRules;
  readonly orders: "both" | "random" | "fixed";
  /** Judges that have to give every order asked of them. */
  readonly quorum: number;
  /** Askings of one judge in one order until its reply can be read. */
  readonly attempts: number;
  readonly temperature: number | "default";
  /** Tokens. */
  readonly max_tokens: number;
  readonly thinking_max_tokens: number;
  readonly bucket: BucketRules;
  /** Metric votes that are no draws, below which a decisive score says nothing. */
  readonly min_decisive: number;
  /** Identity of the settings that a verdict depends on. */
  readonly config_hash: string;
  /** Of the judge's prompt. */
  readonly prompt_version: string;
  /** Seeded, one stream a purpose. */
  readonly rng: (purpose: string) => Rng;
};

/** The orders that are asked of a judge on a turn: stable across runs for one seed. */
export function ordersFor(rules: DuelRules, file: string, model: string): readonly Order[] {
  switch (rules.orders) {
    case "both":
      return ["king_first", "challenger_first"];
    case "fixed":
      return ["king_first"];
    case "random":
      return rules.rng(`order/${file}/${model}`)() < 0.5 ? ["king_first"] : ["challenger_first"];
  }
}

/** 16 hex digits that nobody who wrote a candidate could know. Same seed and key, same mark. */
export function candidateMark(rules: DuelRules, key: string): string {
  const rng = rules.rng(`mark/${key}`);
  return [rng(), rng()]
    .map((draw) =>
      Math.floor(draw * 0x1_0000_0000)
        .toString(16)
        .padStart(8, "0"),
    )
    .join("");
}
