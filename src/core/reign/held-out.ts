/**
 * Turns that a checkpoint has not seen: whole repositories, told by id. A repository is spent by the first
 * duel that uses it, since whoever chooses by its turns has seen them.
 */
import { seededRng } from "../random.ts";
import { repoFromId } from "../sample/shapes.ts";

/** A turn of prompt/. */
export type PromptTurn = {
  /** Of its answer file. */
  readonly name: string;
  readonly instance_id: string;
  readonly repo?: string | undefined;
};

/** What was trained on; as `seenOf` gives it. */
export type Seen = {
  readonly repositories: readonly string[];
  readonly instances: readonly string[];
};

/** Why a turn of prompt/ is in no duel of this challenge. */
export const NOT_HELD_OUT = [
  /** Its repository is in a set that challenger, king or one of their forebears was trained on. */
  "trained_repository",
  /** So is its instance, under another repository's name. */
  "trained_instance",
  /** Its repository was used by a duel before. */
  "spent_repository",
  /** Named in [source].exclude_ids. */
  "excluded_id",
  /** Neither repository nor instance is known: nothing can be checked. */
  "no_repository",
  /** Held out, and left for later duels. */
  "not_needed",
] as const;
export type NotHeldOut = (typeof NOT_HELD_OUT)[number];

/** What keeps turns out of a duel. */
export type Bars = {
  readonly seen: Seen;
  readonly spent: readonly string[];
  readonly excluded: readonly string[];
};

export type DuelWish = Bars & {
  readonly turns: readonly PromptTurn[];
  /** Duels that are still to be won, this one included. */
  readonly winsLeft: number;
  /** Limits of [reign]. */
  readonly repositories: number;
  readonly maxTurns: number;
  /** Fewer repositories cannot be accepted by the gate. */
  readonly minRepositories: number;
  readonly seed: number;
};

export type DuelPlan = {
  /** null: too few are left. */
  readonly chosen: null | {
    readonly repositories: readonly string[];
    readonly names: readonly string[];
  };
  /** Held-out repositories that were there to choose from. */
  readonly left: number;
  readonly dropped: Readonly<Partial<Record<NotHeldOut, number>>>;
};

/** Case does not tell repositories apart. */
export const repositoryOf = ({
  repo,
  instance_id,
}: Pick<PromptTurn, "repo" | "instance_id">): string =>
  (repo === undefined || repo === "" ? repoFromId(instance_id) : repo).toLowerCase();

/** Repositories and instances of rows, sorted. */
export function seenOf(rows: readonly Pick<PromptTurn, "repo" | "instance_id">[]): Seen {
  const repositories = new Set(rows.map(repositoryOf).filter((repo) => repo !== ""));
  const instances = new Set(rows.map(({ instance_id }) => instance_id).filter((id) => id !== ""));
  return { repositories: [...repositories].sort(), instances: [...instances].sort() };
}

/** All of them together. */
export function bothSeen(all: readonly Seen[]): Seen {
  const joined = (key: keyof Seen): string[] => [...new Set(all.flatMap((one) => one[key]))].sort();
  return { repositories: joined("repositories"), instances: joined("instances") };
}

/** Why a turn may be in no duel; null: it is held out. */
export function barsFor(
  bars: Bars,
): (turn: PromptTurn) => Exclude<NotHeldOut, "not_needed"> | null {
  const repositories = new Set(bars.seen.repositories);
  const instances = new Set(bars.seen.instances);
  const spent = new Set(bars.spent);
  const excluded = new Set(bars.excluded);
  return (turn) => {
    const repo = repositoryOf(turn);
    if (excluded.has(turn.instance_id)) return "excluded_id";
    if (repo === "") return "no_repository";
    if (repositories.has(repo)) return "trained_repository";
    if (instances.has(turn.instance_id)) return "trained_instance";
    return spent.has(repo) ? "spent_repository" : null;
  };
}

/**
 * The next duel's repositories and turns, by the seed. The repositories that are left are shared out over
 * the duels that are still to be won; every repository gives a turn before one gives its second.
 */
export function planDuel(wish: DuelWish): DuelPlan {
  const free = new Map<string, string[]>();
  const dropped: Partial<Record<NotHeldOut, number>> = {};
  const drop = (reason: NotHeldOut, n = 1): void => {
    if (n > 0) dropped[reason] = (dropped[reason] ?? 0) + n;
  };
  const barOf = barsFor(wish);
  for (const turn of wish.turns) {
    const bar = barOf(turn);
    const repo = repositoryOf(turn);
    if (bar === null) free.set(repo, [...(free.get(repo) ?? []), turn.name]);
    else drop(bar);
  }
  const count = [...free.values()].reduce((sum, names) => sum + names.length, 0);
  const share = Math.min(wish.repositories, Math.floor(free.size / wish.winsLeft));
  if (share < wish.minRepositories) {
    drop("not_needed", count);
    return { chosen: null, left: free.size, dropped };
  }
  const repositories = byChance([...free.keys()], wish.seed, "reign/repositories")
    .slice(0, share)
    .sort();
  const names = spread(
    repositories.map((repo) => byChance(free.get(repo) ?? [], wish.seed, `reign/${repo}`)),
    wish.maxTurns,
  );
  drop("not_needed", count - names.length);
  return { chosen: { repositories, names }, left: free.size, dropped };
}

// ---------------------------------------------------------------------------------------------

/** The same order at every run, whatever order they came in. */
function byChance(names: readonly string[], seed: number, purpose: string): string[] {
  const rng = seededRng(seed, purpose);
  return [...names]
    .sort()
    .map((name) => ({ name, rank: rng() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ name }) => name);
}

/** Firsts before seconds, up to `most`. */
function spread(lists: readonly (readonly string[])[], most: number): string[] {
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, at) => lists.flatMap((list) => list[at] ?? []))
    .flat()
    .slice(0, most);
}
