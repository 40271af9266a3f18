/** What the door made of the turns that came in, counted, and said to the person in a few lines. */
import { futureOf } from "../challenger/future.ts";
import type { PullRequest } from "../../records/pull-request.ts";
import { counted } from "../text/counted.ts";
import { answerFileOf } from "./files.ts";
import type { Candidate } from "./select.ts";

export type DoorSum = {
  /** Messages whose reasoning was left out, and turns that they stand in. */
  readonly reasoning: number;
  readonly reasoningTurns: number;
  /** Secrets masked, by kind. */
  readonly found: Readonly<Record<string, number>>;
  readonly homePaths: number;
  readonly homeTurns: number;
  /** Turns whose hidden knowledge is their run's own future. */
  readonly futures: number;
  readonly turns: number;
};

export type DoorCounts = {
  add(turn: {
    readonly candidate: Candidate;
    readonly pr: PullRequest;
    readonly found: Readonly<Record<string, number>>;
    readonly homePaths: number;
  }): void;
  sum(): DoorSum;
  /** Names in commit/future/ of the turns so far. */
  futures(source: { readonly count: number; readonly per_file: number }): ReadonlySet<string>;
};

export function makeDoorCounts(): DoorCounts {
  const found: Record<string, number> = {};
  const futures: number[] = [];
  let [reasoning, reasoningTurns, homePaths, homeTurns, turns] = [0, 0, 0, 0, 0];
  return {
    add(turn) {
      if (futureOf(turn.pr) !== null) futures.push(turns);
      turns++;
      reasoning += turn.candidate.reasoningLeft;
      if (turn.candidate.reasoningLeft > 0) reasoningTurns++;
      homePaths += turn.homePaths;
      if (turn.homePaths > 0) homeTurns++;
      for (const [kind, n] of Object.entries(turn.found)) found[kind] = (found[kind] ?? 0) + n;
    },
    sum: () => ({
      reasoning,
      reasoningTurns,
      found,
      homePaths,
      homeTurns,
      futures: futures.length,
      turns,
    }),
    futures: ({ count, per_file }) =>
      new Set(futures.map((turn) => answerFileOf(turn, count, per_file))),
  };
}

/** One line each of what a person should know; [] where nothing was left out, masked or hidden. */
export function doorNotes(
  sum: DoorSum,
  drawn: {
    readonly lost: Readonly<Record<string, number>>;
    readonly badRows: readonly string[];
  },
  { mask }: { readonly mask: "secrets" | "secrets+home" | "off" },
): string[] {
  const lost = Object.entries(drawn.lost).map(([what, n]) => `${what} (${n})`);
  const kinds = Object.entries(sum.found).map(([kind, n]) => `${kind} ${n}`);
  return [
    ...(lost.length === 0 ? [] : [`left out of the rows that were read: ${lost.join(", ")}`]),
    ...drawn.badRows.map((row) => `bad_row: ${row}`),
    ...(sum.reasoning === 0
      ? []
      : [
          `reasoning was left out of ${counted(sum.reasoning, "message")} in ${counted(sum.reasoningTurns, "turn")} ([source].reasoning = "drop"; "think" or "field" shows it)`,
        ]),
    ...(sum.futures === 0
      ? []
      : [
          `${sum.futures} of ${sum.turns} turns have no pull request: the challenger will see what their run did afterwards ([challenger].hidden)`,
        ]),
    ...(kinds.length === 0 ? [] : [`secrets masked: ${kinds.join(", ")} ([source].mask)`]),
    ...homeNotes(sum, mask),
  ];
}

// ---------------------------------------------------------------------------------------------

function homeNotes(
  { homePaths, homeTurns }: DoorSum,
  mask: "secrets" | "secrets+home" | "off",
): string[] {
  if (homePaths === 0) return [];
  const where = `${counted(homePaths, "home path")} in ${counted(homeTurns, "turn")}`;
  if (mask === "secrets+home") {
    return [`${where} ${homePaths === 1 ? "was" : "were"} given stand-ins ([source].mask)`];
  }
  const so = homePaths === 1 ? "is left as it is" : "are left as they are";
  return [`${where} ${so}: [source].mask = "secrets+home" gives stand-ins`];
}
