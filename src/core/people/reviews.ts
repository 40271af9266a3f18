/** Which reviews are of the drawn queue, and what they say of the panel, in sentences for the report. */
import type { Queue } from "../../records/queue.ts";
import { missingReviews, peopleMargin, type Judged, type Reviewed } from "./estimate.ts";

/** A judged turn as the report knows it. */
export type ReviewedTurn = Judged & {
  readonly file: string;
  /** 100 challenger, 50 draw, 0 king; null: nobody said. Of the present pair of candidates. */
  readonly person: number | null;
};

export type QueueReviews = {
  readonly reviewed: readonly Reviewed[];
  /** Turns of the queue before the last reviewed one that nobody judged. */
  readonly skipped: number;
  /** Reviews of turns that were chosen, not drawn: they calibrate nothing. */
  readonly chosen: number;
};

export function queueReviews(turns: readonly ReviewedTurn[], queue: Queue): QueueReviews {
  const byFile = new Map(turns.map((turn) => [turn.file, turn]));
  const drawn = queue.turns.map((entry) => ({ entry, turn: byFile.get(entry.file) }));
  const reviewed = drawn.flatMap(({ entry, turn }) =>
    turn === undefined || turn.person === null
      ? []
      : [
          {
            cluster: turn.cluster,
            score: turn.score,
            person: turn.person,
            probability: entry.probability,
          },
        ],
  );
  const last = drawn.findLastIndex(({ turn }) => turn !== undefined && turn.person !== null);
  const inQueue = new Set(queue.turns.map(({ file }) => file));
  // The order of the queue is random: of a prefix every turn is that much less likely to be one.
  const share = reviewed.length / Math.max(1, queue.turns.length);
  return {
    reviewed: reviewed.map((one) => ({ ...one, probability: one.probability * share })),
    skipped: Math.max(0, last + 1 - reviewed.length),
    chosen: turns.filter((turn) => turn.person !== null && !inQueue.has(turn.file)).length,
  };
}

/** What the report says of the queue; [] before its first review. */
export function queueSentences(turns: readonly ReviewedTurn[], queue: Queue | null): string[] {
  if (queue === null) return [];
  const { reviewed, skipped, chosen } = queueReviews(turns, queue);
  if (reviewed.length === 0) return [];
  const found = peopleMargin(turns, reviewed);
  const counts = `${reviewed.length} of the ${queue.turns.length} drawn turns are reviewed, ${skipped} skipped; ${chosen} reviews of other turns were chosen and calibrate nothing`;
  if (found === null) return [`${counts}; reviews in at least 5 clusters are needed to say more`];
  const missing = missingReviews(found, 10);
  return [
    counts,
    `people's margin as the panel lets one estimate it: ${points(found.margin)} points (95 %: ${span(found.interval)}); the panel gives the challenger ${points(found.bias)} points more than people do (95 %: ${span(found.bias_interval)})`,
    ...(reviewed.length < 50 && missing > 0
      ? [`about ${missing} more reviews of the queue are needed for a half-width of 10 points`]
      : []),
  ];
}

// ---------------------------------------------------------------------------------------------

const points = (value: number): string => value.toFixed(1);
const span = ([low, high]: readonly [number, number]): string =>
  `${points(low)} to ${points(high)}`;
