/**
 * What runs did at each turn, for turns of other instances that lack another run of their own: a few actions
 * a turn, drawn by seed, so that memory does not grow with the sources.
 */
import { seenAt, type ActionEvent } from "./events.ts";
import type { ActionTurn } from "./types.ts";

export type PlacedAction = {
  readonly content: string;
  /** What its type is told by, when it is picked. */
  readonly seen: ActionTurn;
  readonly isCall: boolean;
  readonly instance_id: string;
  readonly repo: string;
  readonly resolved: boolean | null;
  readonly group: string;
  readonly model?: string | undefined;
};

export type Elsewhere = {
  /** @param rank 16 hex digits: the smallest stay. */
  offer(event: ActionEvent, group: string, rank: string): void;
  /** What stays at the turn of an event of the same source, in the order of the ranks. */
  at(event: ActionEvent): readonly PlacedAction[];
};

/** Actions kept a source and turn, and the longest that is kept, in characters. */
const KEPT = 48;
const MAX_CHARS = 8000;

export function actionsElsewhere(): Elsewhere {
  const places = new Map<string, { readonly rank: string; readonly action: PlacedAction }[]>();
  return {
    offer(event, group, rank) {
      const { rollout, at, content } = event;
      if (content.length > MAX_CHARS) return;
      const key = keyOf(event);
      const kept = places.get(key) ?? [];
      if (kept.length >= KEPT && rank >= (kept.at(-1)?.rank ?? "")) return;
      const { instance_id, repo, resolved, model } = rollout;
      const action: PlacedAction = {
        content,
        seen: seenAt(event),
        isCall: rollout.calls[at]?.tool_calls !== undefined,
        instance_id,
        repo,
        resolved,
        group,
        model,
      };
      const place = kept.findIndex((one) => rank < one.rank);
      kept.splice(place < 0 ? kept.length : place, 0, { rank, action });
      if (kept.length > KEPT) kept.pop();
      places.set(key, kept);
    },
    at: (event) => (places.get(keyOf(event)) ?? []).map(({ action }) => action),
  };
}

// ---------------------------------------------------------------------------------------------

const keyOf = ({ rollout, turn }: ActionEvent): string => `${rollout.source}/${turn}`;
