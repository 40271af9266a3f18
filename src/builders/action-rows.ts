/**
 * The turns behind the next-action sets: which are taken (a cap a source, by seeded hashes), which
 * groups are kept for eval, and the examples of each set as streams. Rows are read twice, an
 * instance at a time, so that memory does not grow with the sources.
 */
import { basename } from "node:path";
import { eventsOf, historyHashes, type ActionEvent, type Rollout } from "../core/actions/events.ts";
import { beyond, evalGroups, rankOf, smallest, type TurnRef } from "../core/actions/plan.ts";
import { actionsElsewhere, type Elsewhere, type PlacedAction } from "../core/actions/elsewhere.ts";
import { groupOf, rolloutOf } from "../core/actions/rollout.ts";
import { siblingsOf, type Siblings } from "../core/actions/rejected.ts";
import { labelDrop } from "../core/label/choice.ts";
import { labelRun } from "../core/label/label.ts";
import type { RunLabel } from "../records/prompt.ts";
import { namesOf, type Row } from "../core/sample/shapes.ts";
import { layOut, locate, shuffled } from "../core/sample/order.ts";
import { historyChars } from "../core/sample/turns.ts";
import { seededRng } from "../core/random.ts";
import { sha256Hex } from "../core/turn/hash.ts";
import type { RowSource } from "../io/source/types.ts";

export type ActionSource = {
  /** "swe" or "toolbench". */
  readonly name: string;
  readonly rows: RowSource;
  /** At most so many rollouts are read and so many turns taken. */
  readonly cap: number;
};

export type ActionSettings = {
  readonly groupBy: "repo" | "instance";
  readonly seed: number;
  /** Share of the turns whose groups are kept for eval; 0..1. */
  readonly evalFraction: number;
  /** Turns in eval at most; those over it are left out, since their groups are eval's alone. */
  readonly maxEval: number;
  readonly maxHistoryChars: number;
  /** Labels of the runs that are taken; null: all. */
  readonly labels: ReadonlySet<RunLabel> | null;
};

export type Taken = {
  readonly event: ActionEvent;
  readonly siblings: Siblings;
  /** What runs of other instances did at the same turn; none of an eval group. */
  readonly elsewhere: () => readonly PlacedAction[];
  readonly group: string;
};

export type ActionPlan = {
  /** Rollouts read, and turns in them. */
  readonly rollouts: number;
  readonly turns: number;
  /** Turns that are taken. */
  readonly taken: number;
  /** Of these, turns for eval. */
  readonly inEval: number;
  /** Reason -> turns (or rows, where a whole row gave none). */
  readonly dropped: Readonly<Record<string, number>>;
  readonly evalGroups: ReadonlySet<string>;
  /** Turns outside eval of runs that resolved their instance. */
  readonly resolved: number;
  /** Instances of the turns outside eval: what becomes training data. */
  readonly instanceIds: ReadonlySet<string>;
  /** The taken turns, instance by instance; can be gone through again. */
  readonly events: () => AsyncIterable<Taken>;
};

/**
 * Reads every source once and decides. `own`: turns of this workspace, all of them taken.
 * read turns = taken + dropped, except rows that gave no rollout, which count one each.
 */
export async function planActions(
  sources: readonly ActionSource[],
  own: readonly Rollout[],
  settings: ActionSettings,
): Promise<ActionPlan> {
  const dropped = new Map<string, number>();
  const drop = (reason: string, n = 1): void =>
    void (n > 0 && dropped.set(reason, (dropped.get(reason) ?? 0) + n));
  const bySource = new Map<string, Map<string, number>>();
  const countGroups = (name: string, refs: readonly TurnRef[]): void => {
    const groups = bySource.get(name) ?? new Map<string, number>();
    bySource.set(name, groups);
    for (const { group } of refs) groups.set(group, (groups.get(group) ?? 0) + 1);
    count.taken += refs.length;
  };
  const count = { rollouts: 0, turns: 0, taken: 0 };
  const planned: Planned[] = [];
  const seen = new Set<string>();
  const elsewhere = actionsElsewhere();

  const offer = (rollout: Rollout, index: number, held: ReturnType<typeof smallest>): number => {
    count.rollouts++;
    const hashes = historyHashes(rollout.messages);
    let offered = 0;
    for (const event of eventsOf(rollout)) {
      const { at, content } = event;
      count.turns++;
      const key = sha256Hex(`${hashes[at] ?? ""}/${content}`).slice(0, 24);
      const group = groupOf(rollout, settings.groupBy);
      const rank = rankOf(settings.seed, rollout.source, key);
      elsewhere.offer(event, group, rank);
      if (seen.has(key)) drop("duplicate_turn");
      else if (historyChars(rollout.messages.slice(0, at)) > settings.maxHistoryChars) {
        drop("history_too_long");
      } else {
        seen.add(key);
        held.offer({
          rollout: index,
          at,
          group,
          instance_id: rollout.instance_id,
          resolved: rollout.resolved === true,
          rank,
        });
        offered++;
      }
    }
    if (offered === 0 && eventsOf(rollout).length === 0) drop("no_assistant_turn");
    return offered;
  };

  for (const source of sources) {
    drop(
      "bad_line",
      source.rows.files.reduce((sum, file) => sum + file.badLines, 0),
    );
    const held = smallest(source.cap);
    const instances = new Map<string, number[]>();
    let offered = 0;
    for await (const { index, rollout, reason } of readRollouts(source, settings)) {
      if (rollout === null) {
        drop(reason);
        continue;
      }
      offered += offer(rollout, index, held);
      instances.set(rollout.instance_id, [...(instances.get(rollout.instance_id) ?? []), index]);
    }
    const refs = held.taken();
    drop("source_full", offered - refs.length);
    planned.push({ source, instances, refs });
    countGroups(source.name, refs);
  }

  const ownHeld = smallest(Number.MAX_SAFE_INTEGER);
  for (const [index, rollout] of own.entries()) offer(rollout, index, ownHeld);
  const ownRefs = ownHeld.taken();
  countGroups("own", ownRefs);

  // A source at a time: the many small groups of one would else fill eval alone.
  const groupCount = new Set([...bySource.values()].flatMap((groups) => [...groups.keys()])).size;
  const forEval = new Set<string>();
  for (const groups of bySource.values()) {
    for (const group of evalGroups(groups, settings.evalFraction, settings.seed)) {
      if (forEval.size < groupCount - 1) forEval.add(group);
    }
  }
  const all = [...planned.flatMap(({ refs }) => refs), ...ownRefs];
  const training = all.filter((ref) => !forEval.has(ref.group));
  const tooMany = beyond(
    all.filter((ref) => forEval.has(ref.group)),
    settings.maxEval,
  );
  drop("eval_full", tooMany.size);
  return {
    ...count,
    taken: count.taken - tooMany.size,
    inEval: all.length - training.length - tooMany.size,
    dropped: Object.fromEntries(dropped),
    evalGroups: forEval,
    resolved: training.filter((ref) => ref.resolved).length,
    instanceIds: new Set(training.map((ref) => ref.instance_id)),
    events: () =>
      takenEvents(
        planned.map((one) => ({ ...one, refs: one.refs.filter((ref) => !tooMany.has(ref)) })),
        own,
        ownRefs.filter((ref) => !tooMany.has(ref)),
        { ...settings, elsewhere, forEval },
      ),
  };
}

// ---------------------------------------------------------------------------------------------

type Planned = {
  readonly source: ActionSource;
  /** Instance -> its rollouts. */
  readonly instances: ReadonlyMap<string, readonly number[]>;
  readonly refs: readonly TurnRef[];
};

type Read =
  | { readonly index: number; readonly rollout: Rollout; readonly reason: "" }
  | { readonly index: number; readonly rollout: null; readonly reason: string };

/** Rows read at once. */
const BATCH = 16;

/** At most `cap` rollouts, each as likely as any other; in the order of the source. */
async function* readRollouts(
  source: ActionSource,
  settings: Pick<ActionSettings, "seed" | "labels">,
): AsyncGenerator<Read> {
  const total = source.rows.files.reduce((sum, file) => sum + file.rows, 0);
  const order = shuffled(total, seededRng(settings.seed, `actions/${source.name}`));
  const chosen = total <= source.cap ? range(total) : [...first(order, source.cap)].sort(ascending);
  for (let from = 0; from < chosen.length; from += BATCH) {
    yield* await readAt(source, chosen.slice(from, from + BATCH), settings.labels);
  }
}

async function readAt(
  source: ActionSource,
  rows: readonly number[],
  labels: ReadonlySet<RunLabel> | null,
): Promise<Read[]> {
  const extents = layOut(source.rows.files);
  const columns = COLUMNS.filter((column) =>
    source.rows.files.some((file) => file.columns.includes(column)),
  );
  const read = await source.rows.read(
    rows.map((row) => locate(extents, row)),
    columns,
  );
  return read.map((one, n): Read => {
    const index = rows[n] ?? 0;
    if (!one.ok) return { index, rollout: null, reason: one.reason };
    const made = rolloutOf(one.row, {
      source: source.name,
      id: `${source.name}-${index}`,
      origin: originOf(source, index),
    });
    if (!made.ok) return { index, rollout: null, reason: made.reason };
    const unwanted = labels === null ? null : labelDrop(labelOf(one.row, made.value), labels);
    return unwanted === null
      ? { index, rollout: made.value, reason: "" }
      : { index, rollout: null, reason: unwanted };
  });
}

/** The data set of a row, or the name of its file: where a file lies on this machine is nobody's business. */
function originOf(source: ActionSource, index: number): string {
  let before = 0;
  for (const { dataset, name, rows } of source.rows.files) {
    if (index < before + rows) return dataset ?? basename(name);
    before += rows;
  }
  return "";
}

function labelOf(row: Row, { calls, demos, resolved }: Rollout): RunLabel {
  const verdict = resolved === null ? null : resolved ? "success" : "failure";
  const { exit_status } = namesOf(row, "");
  return labelRun({ messages: calls, notTurns: demos, verdict, exit_status }).label;
}

const COLUMNS =
  "instance_id id traj_id repo resolved target success passed reward report exit_status model messages conversations history trajectory assistant turn".split(
    " ",
  );

async function* takenEvents(
  planned: readonly Planned[],
  own: readonly Rollout[],
  ownRefs: readonly TurnRef[],
  settings: ActionSettings & {
    readonly elsewhere: Elsewhere;
    readonly forEval: ReadonlySet<string>;
  },
): AsyncGenerator<Taken> {
  const around = (event: ActionEvent) => (): readonly PlacedAction[] =>
    settings.elsewhere.at(event).filter(({ group }) => !settings.forEval.has(group));
  for (const { source, instances, refs } of planned) {
    const wanted = new Map<number, Set<number>>();
    for (const ref of refs) {
      wanted.set(ref.rollout, (wanted.get(ref.rollout) ?? new Set<number>()).add(ref.at));
    }
    for (const rows of instances.values()) {
      if (!rows.some((row) => wanted.has(row))) continue;
      const read = await readAt(source, rows, settings.labels);
      const rollouts = read.flatMap(({ rollout }) => rollout ?? []);
      const siblings = siblingsOf(rollouts);
      for (const { index, rollout } of read) {
        if (rollout === null) continue;
        const ats = wanted.get(index);
        for (const event of eventsOf(rollout)) {
          if (ats?.has(event.at) === true)
            yield {
              event,
              siblings,
              elsewhere: around(event),
              group: groupOf(rollout, settings.groupBy),
            };
        }
      }
    }
  }
  const ats = new Map(ownRefs.map((ref) => [ref.rollout, ref]));
  for (const [index, rollout] of own.entries()) {
    const ref = ats.get(index);
    const event = eventsOf(rollout).find(({ at }) => at === ref?.at);
    if (event !== undefined && ref !== undefined) {
      yield { event, siblings: siblingsOf([rollout]), elsewhere: around(event), group: ref.group };
    }
  }
}

const range = (n: number): number[] => Array.from({ length: n }, (_, index) => index);
const ascending = (a: number, b: number): number => a - b;

function* first<T>(all: Iterable<T>, n: number): Generator<T> {
  let left = n;
  for (const one of all) {
    if (left-- <= 0) return;
    yield one;
  }
}
