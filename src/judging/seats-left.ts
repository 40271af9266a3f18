/** What today's panel would still be asked of turns that were judged: for status and estimate. */
import type { Config } from "../config.ts";
import { openSeats, type Judged } from "../core/duel/open-seats.ts";
import type { VoteModel } from "../core/duel/vote-model.ts";
import { seededRng } from "../core/random.ts";
import { keyOver } from "../io/facts/facts.ts";
import type { Store } from "../io/store.ts";
import { duelSchema } from "../records/duel.ts";
import { knownVotes, panelRules } from "./panel-rules.ts";
import { DUEL } from "./weighing.ts";

export type Seats = {
  /** Identity of the settings that decide it. */
  readonly key: string;
  /** The models of the seats that are to be asked, one entry a seat. */
  readonly openIn: (score: Judged) => readonly string[];
};

export function seatsUnder(config: Config, votes: VoteModel | null): Seats {
  const rng = (purpose: string) => seededRng(config.source.seed, purpose);
  const rules = panelRules(config, { rng }, votes);
  // Where the gym decides nobody is asked.
  const isAsked = config.judge.with === "panel";
  return {
    key: keyOver([{ ...rules, rng: null }, config.source.seed, config.judge.with]),
    openIn: (score) => (isAsked ? openSeats(score, rules).map(({ judge }) => judge.model) : NOBODY),
  };
}

/** How a sequential panel's votes vary, as a run would know it; null with any other panel. */
export async function votesOf(config: Config, store: Store): Promise<VoteModel | null> {
  if (config.judge.panel !== "sequential") return null;
  return knownVotes(config, await store.readIfThere(DUEL, duelSchema));
}

// ---------------------------------------------------------------------------------------------

const NOBODY: readonly string[] = [];
