/**
 * The other side of a preference pair: an action that could have come at the same point. Best is what
 * another run of the instance really did there; failing that one is made up, and says so.
 */
import { randomIndex, type Rng } from "../random.ts";
import { eventsOf, historyHashes, typeOf, type ActionEvent, type Rollout } from "./events.ts";
import { classifyAction } from "./classify.ts";
import type { PlacedAction } from "./elsewhere.ts";
import type { ActionType } from "./types.ts";

export type Rejected = {
  readonly content: string;
  readonly action_type: ActionType;
  /** Who wrote it; absent where nobody knows, or nobody did. */
  readonly model?: string | undefined;
  /**
   * "rollout": another run of the instance took this action after the very same history.
   * "duel": the answer that lost the duel on this very turn.
   * "synthetic": made up from turns of other places, see `synthetic_kind`.
   */
  readonly origin: "rollout" | "duel" | "synthetic";
  /**
   * borrowed: from another run of the instance, after another history; position: from the same turn of
   * a run of another instance; later: from later in this run, before what it builds on is known;
   * repeated: this run's last action once more; submitted: handing in now.
   */
  readonly synthetic_kind: "borrowed" | "position" | "later" | "repeated" | "submitted" | null;
};

/** What a run of an instance knows of its siblings, made once an instance. */
export type Siblings = {
  readonly events: readonly ActionEvent[];
  /** Events by the hash of their history. */
  readonly byHistory: ReadonlyMap<string, readonly ActionEvent[]>;
};

export function siblingsOf(rollouts: readonly Rollout[]): Siblings {
  const byHistory = new Map<string, ActionEvent[]>();
  const events = rollouts.flatMap((rollout) => {
    const hashes = historyHashes(rollout.messages);
    const own = eventsOf(rollout);
    for (const event of own) {
      const hash = hashes[event.at] ?? "";
      byHistory.set(hash, [...(byHistory.get(hash) ?? []), event]);
    }
    return own;
  });
  return { events, byHistory };
}

/**
 * An action for the same history that differs from the one taken. Runs that did not resolve the
 * instance are preferred; null when nothing differs. Later turns of the same run are taken where no other
 * run has anything: they know what happened meanwhile, which gives them away.
 * @param elsewhere what runs of other instances did at the same turn.
 */
export function rejectedFor(
  event: ActionEvent,
  siblings: Siblings,
  rng: Rng,
  elsewhere: readonly PlacedAction[] = [],
): Rejected | null {
  const hash = historyHashes(event.rollout.messages.slice(0, event.at + 1)).at(-1) ?? "";
  const differs = (other: Pick<ActionEvent, "content">): boolean =>
    act(other.content) !== act(event.content);
  const others = (siblings.byHistory.get(hash) ?? []).filter(
    (other) => other.rollout.id !== event.rollout.id && differs(other),
  );
  const failed = others.filter((other) => other.rollout.resolved === false);
  const real = pick(failed.length > 0 ? failed : others, rng);
  if (real !== null) {
    return {
      content: real.content,
      action_type: typeOf(real),
      ...modelOf(real.rollout),
      origin: "rollout",
      synthetic_kind: null,
    };
  }
  const found = synthetic(event, { siblings, elsewhere, rng, differs });
  if (found !== null) return found;
  if (act(SUBMIT) === act(event.content)) return null;
  const action_type = classifyAction({ content: SUBMIT });
  return { content: SUBMIT, action_type, origin: "synthetic", synthetic_kind: "submitted" };
}

/** The answer that lost the duel on this very turn. */
export function duelLoser(event: ActionEvent, content: string): Rejected {
  const { rollout, at } = event;
  const prev = rollout.calls[at - 1];
  const type = classifyAction({ content, prev_role: prev?.role ?? null, prev: prev?.content });
  return { content, action_type: type, origin: "duel", synthetic_kind: null };
}

// ---------------------------------------------------------------------------------------------

/** Two turns are the same action when they are the same but for spacing. */
const act = (content: string): string => content.replace(/\s+/g, " ").trim();

function pick<T>(list: readonly T[], rng: Rng): T | null {
  return list.length === 0 ? null : (list[randomIndex(rng, list.length)] ?? null);
}

const SUBMIT =
  "THOUGHT: This should be done.\n\n```bash\necho COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT\n```";

type Field = {
  readonly siblings: Siblings;
  readonly elsewhere: readonly PlacedAction[];
  readonly rng: Rng;
  readonly differs: (other: Pick<ActionEvent, "content">) => boolean;
};

function synthetic(
  event: ActionEvent,
  { siblings, elsewhere, rng, differs }: Field,
): Rejected | null {
  const own = siblings.events.filter((other) => other.rollout.id === event.rollout.id);
  // A turn near the same place of the run is more plausible than one from the other end.
  const near = (other: ActionEvent): boolean => Math.abs(other.turn - event.turn) <= 3;
  const borrowed = siblings.events.filter(
    (other) => other.rollout.id !== event.rollout.id && near(other) && differs(other),
  );
  const placed = likest(
    elsewhere.filter((other) => isOfOther(other, event) && differs(other)),
    event,
  );
  const later = own.filter((other) => other.turn > event.turn + 1 && differs(other));
  const last = own.filter((other) => other.turn === event.turn - 1 && differs(other));
  const made = (
    synthetic_kind: Rejected["synthetic_kind"],
    content: string,
    action_type: ActionType,
    by: { readonly model?: string | undefined },
  ): Rejected => ({
    content,
    action_type,
    ...modelOf(by),
    origin: "synthetic",
    synthetic_kind,
  });
  const lent = pick(borrowed, rng);
  if (lent !== null) return made("borrowed", lent.content, typeOf(lent), lent.rollout);
  const there = pick(placed, rng);
  if (there !== null) return made("position", there.content, classifyAction(there.seen), there);
  for (const [kind, list] of [
    ["later", later],
    ["repeated", last],
  ] as const) {
    const found = pick(list, rng);
    if (found !== null) return made(kind, found.content, typeOf(found), found.rollout);
  }
  return null;
}

const modelOf = ({ model }: { readonly model?: string | undefined }) =>
  model === undefined ? {} : { model };

/** Of another instance, and in the same form: a command beside a command, a call beside a call. */
function isOfOther(other: PlacedAction, { rollout, at }: ActionEvent): boolean {
  return (
    other.instance_id !== rollout.instance_id &&
    other.isCall === (rollout.calls[at]?.tool_calls !== undefined)
  );
}

/** Those of the same repository, where there are any; of these those of failed runs. */
function likest(
  actions: readonly PlacedAction[],
  { rollout }: ActionEvent,
): readonly PlacedAction[] {
  const near = actions.filter(({ repo }) => repo !== "" && repo === rollout.repo);
  const nearest = near.length > 0 ? near : actions;
  const failed = nearest.filter(({ resolved }) => resolved === false);
  return failed.length > 0 ? failed : nearest;
}
