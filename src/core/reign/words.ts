/** What a person is told of a challenge, in lines. */
import type { Challenge, DuelResult, Lineage, ReignDuel } from "../../records/lineage.ts";
import { counted, points } from "../report/format.ts";
import type { DuelPlan } from "./held-out.ts";
import { winsIn } from "./lineage.ts";

/** "duel 1: accepted: +12.5 points (95 % 4.1 to 20.9) over 40 turns of 10 repositories". */
export function duelLine(duel: ReignDuel, at: number): string {
  if (duel.result === null) return `duel ${at + 1}: not decided yet (${duel.folder})`;
  const { accepted, n_parsed, n_clusters, n_disqualified, reasons } = duel.result;
  const lost =
    n_disqualified > 0 ? `, ${n_disqualified} of them lost before a judge was asked` : "";
  const why = accepted || reasons.length === 0 ? "" : `: ${reasons.join("; ")}`;
  return `duel ${at + 1}: ${accepted ? "accepted" : "not accepted"}: ${marginWords(duel.result)} over ${counted(n_parsed, "turn")} of ${n_clusters} ${n_clusters === 1 ? "cluster" : "clusters"}${lost}${why}`;
}

/** Margin and interval in points, signed. */
export function marginWords({ margin, interval }: Pick<DuelResult, "margin" | "interval">): string {
  const signed = (value: number): string => (value > 0 ? `+${points(value)}` : points(value));
  if (margin === null) return "no margin";
  const between =
    interval === null ? "no interval" : `95 % ${signed(interval[0])} to ${signed(interval[1])}`;
  return `${signed(margin)} points (${between})`;
}

/** What came of it, in a sentence. */
export function challengeWords({ challenger, king, state, duels, wins }: Challenge): string {
  const so = `${winsIn(duels)} of ${wins} duels won`;
  switch (state) {
    case "open":
      return `${challenger.name} against ${king.name}: ${so}, not decided yet`;
    case "crowned":
      return `${challenger.name} is crowned: ${so} against ${king.name}`;
    case "refused":
      return `${challenger.name} is not crowned: ${king.name} stays king, ${so}`;
    case "no_turns":
      return `${challenger.name} is not crowned: ${so}, and too few held-out repositories are left for the next duel`;
    case "given_up":
      return `${challenger.name} against ${king.name}: given up, ${so}`;
    default:
      return state satisfies never;
  }
}

/** Who reigns, since when; "" before the first challenge. */
export function reignLine({ kings }: Lineage): string {
  const king = kings.at(-1);
  return king === undefined ? "" : `${king.name} reigns since ${king.since.slice(0, 10)}`;
}

/** Why no duel can be planned: "3 held-out repositories are left, and 2 duels need at least 10 (...)". */
export function leftWords({ left, dropped }: DuelPlan, wins: number, least: number): string {
  const reasons = Object.entries(dropped).map(([reason, n]) => `${reason} ${n}`);
  const turns = reasons.length === 0 ? "prompt/ has no turns" : `turns: ${reasons.join(", ")}`;
  return `${left} held-out ${left === 1 ? "repository is" : "repositories are"} left, and ${counted(wins, "duel")} ${wins === 1 ? "needs" : "need"} at least ${wins * least} (${turns})`;
}
