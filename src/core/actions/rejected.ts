/**
 * The other side of a preference pair: an action that could have come at the same point. Best is what
 * another run of the instance really did there; failing that one is made up, and says so.
 */
import { randomIndex, type Rng } from "../random.ts";
import { eventsOf, historyHashes, typeOf, type ActionEvent, type Rollout } from "./events.ts";
import { classifyAction } from "./classify.ts";
import type { ActionType } from "./types.ts";

export type Rejected = {
  readonly content: string;
  readonly action_type: ActionType;
  /**
   * "rollout": another run of the instance took this action after the very same history.
   * "duel": the answer that lost the duel on this very turn.
   * "synthetic": made up from turns of other places, see `synthetic_kind`.
   */
  readonly origin: "rollout" | "duel" | "synthetic";
  /**
   * borrowed: from another run of the instance, after another history; later: from later in this
   * run, before what it builds on is known; repeated: this run's last action once more; submitted:
   * handing in now.
   */
  readonly synthetic_kind: "borrowed" | "later" | "repeated" | "submitted" | null;
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
 * instance are preferred; null when nothing differs.
 */
export function rejectedFor(event: ActionEvent, siblings: Siblings, rng: Rng): Rejected | null {
  const hash = historyHashes(event.rollout.messages.slice(0, event.at + 1)).at(-1) ?? "";
  const differs = (other: ActionEvent): boolean => act(other.content) !== act(event.content);
  const others = (siblings.byHistory.get(hash) ?? []).filter(
    (other) => other.rollout.id !== event.rollout.id && differs(other),
  );
  const failed = others.filter((other) => other.rollout.resolved === false);
  const real = pick(failed.length > 0 ? failed : others, rng);
  if (real !== null) {
    return {
      content: real.content,
      action_type: typeOf(real),
      origin: "rollout",
      synthetic_kind: null,
    };
  }
  return synthetic(event, siblings, rng, differs);
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

function synthetic(
  event: ActionEvent,
  siblings: Siblings,
  rng: Rng,
  differs: (other: ActionEvent) => boolean,
): Rejected | null {
  const own = siblings.events.filter((other) => other.rollout.id === event.rollout.id);
  // A turn near the same place of the run is more plausible than one from the other end.
  const near = (other: ActionEvent): boolean => Math.abs(other.turn - event.turn) <= 3;
  const borrowed = siblings.events.filter(
    (other) => other.rollout.id !== event.rollout.id && near(other) && differs(other),
  );
  const later = own.filter((other) => other.turn > event.turn + 1 && differs(other));
  const last = own.filter((other) => other.turn === event.turn - 1 && differs(other));
  for (const [kind, list] of [
    ["borrowed", borrowed],
    ["later", later],
    ["repeated", last],
  ] as const) {
    const found = pick(list, rng);
    if (found !== null) {
      return {
        content: found.content,
        action_type: typeOf(found),
        origin: "synthetic",
        synthetic_kind: kind,
      };
    }
  }
  if (act(SUBMIT) === act(event.content)) return null;
  return {
    content: SUBMIT,
    action_type: classifyAction({ content: SUBMIT }),
    origin: "synthetic",
    synthetic_kind: "submitted",
  };
}
