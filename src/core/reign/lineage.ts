/** The lineage as a state: who reigns, what a challenge has come to, and what is to be done next. */
import type { Challenge, DuelResult, King, Lineage, ReignDuel } from "../../records/lineage.ts";
import { SCHEMA } from "../../records/schema.ts";
import type { Seen } from "./held-out.ts";

export const noLineage: Lineage = { schema: SCHEMA, kings: [], challenges: [] };

/** Who reigns: the last one crowned, else the one that the settings name. */
export function reigning(lineage: Lineage, first: King): King {
  const last = lineage.kings.at(-1);
  return last === undefined
    ? first
    : { name: last.name, model: last.model, provider: last.provider };
}

/** Repositories that duels were planned on, decided or not. */
export const spentIn = ({ challenges }: Lineage): string[] => [
  ...new Set(challenges.flatMap(({ duels }) => duels.flatMap(({ repositories }) => repositories))),
];

/** What all challengers have seen: kings were challengers, and may have taught later ones. */
export const seenIn = ({ challenges }: Lineage): Seen[] =>
  challenges.map(({ trained_on }) => trained_on);

/** The challenge of that run that still counts; null: there is none. */
export function challengeOf(lineage: Lineage, runHash: string, king: King): Challenge | null {
  const own = lineage.challenges.findLast(
    ({ run_hash, state }) => run_hash === runHash && state !== "given_up",
  );
  if (own === undefined) return null;
  // A decided challenge stays decided; one that was open when somebody else was crowned is void.
  return own.state !== "open" || own.king.name === king.name ? own : null;
}

/** A name that no challenge has: the checkpoint's own, then with a number. */
export function freeName({ challenges }: Lineage, wanted: string): string {
  const taken = new Set(challenges.map(({ name }) => name));
  for (let n = 1; ; n++) {
    const name = n === 1 ? wanted : `${wanted}-${n}`;
    if (!taken.has(name)) return name;
  }
}

/** Begun; earlier challenges of the same run that are still open are given up. */
export function withChallenge(lineage: Lineage, challenge: Challenge, now: string): Lineage {
  const kings =
    lineage.kings.length > 0 ? lineage.kings : [{ ...challenge.king, since: now, challenge: null }];
  const challenges = lineage.challenges.map((one) =>
    one.run_hash === challenge.run_hash && one.state === "open"
      ? { ...one, state: "given_up" as const, ended: now }
      : one,
  );
  return { ...lineage, kings, challenges: [...challenges, challenge] };
}

/** The duel's repositories are spent from here on. */
export const withDuel = (lineage: Lineage, name: string, duel: ReignDuel): Lineage =>
  changed(lineage, name, (one) => ({ ...one, duels: [...one.duels, duel] }));

/** Crowned with the last win that was wanted; refused with the first duel that is not accepted. */
export function withResult(
  lineage: Lineage,
  name: string,
  result: DuelResult,
  now: string,
): Lineage {
  const decided = changed(lineage, name, (one) => {
    const duels = one.duels.map((duel, at) =>
      at === one.duels.length - 1 ? { ...duel, result } : duel,
    );
    const state = !result.accepted ? "refused" : winsIn(duels) >= one.wins ? "crowned" : "open";
    return { ...one, duels, state, ended: state === "open" ? null : now };
  });
  const challenge = decided.challenges.find((one) => one.name === name);
  if (challenge?.state !== "crowned") return decided;
  const king = { ...challenge.challenger, since: now, challenge: name };
  return { ...decided, kings: [...decided.kings, king] };
}

/** No crown: nothing is held out any more. */
export const withoutTurns = (lineage: Lineage, name: string, now: string): Lineage =>
  changed(lineage, name, (one) => ({ ...one, state: "no_turns", ended: now }));

export const winsIn = (duels: readonly ReignDuel[]): number =>
  duels.filter(({ result }) => result?.accepted === true).length;

/** Duels that are still to be won. */
export const winsLeft = ({ wins, duels }: Challenge): number => wins - winsIn(duels);

/** The duel that is not decided yet. */
export function openDuel({ duels }: Challenge): ReignDuel | null {
  const last = duels.at(-1);
  return last?.result === null ? last : null;
}

// ---------------------------------------------------------------------------------------------

const changed = (
  lineage: Lineage,
  name: string,
  change: (challenge: Challenge) => Challenge,
): Lineage => ({
  ...lineage,
  challenges: lineage.challenges.map((one) => (one.name === name ? change(one) : one)),
});
