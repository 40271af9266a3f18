/** npm start: what the demo comes to. */
import { duelSchema } from "../records/duel.ts";
import { BUCKETS } from "../records/exported.ts";
import type { Store } from "../io/store.ts";

/** What `npm start` ends with: what was accepted, the buckets, which file to open. */
export async function closingLines(store: Store, shownRoot: string): Promise<string[]> {
  const duel = await store.read("score/_duel.json", duelSchema);
  const counts = await Promise.all(
    BUCKETS.map(async (bucket) => `${bucket} ${(await store.list(bucket)).length}`),
  );
  const verdict =
    duel.accepted === null ? "not decided yet" : duel.accepted ? "accepted" : "not accepted";
  const score =
    duel.challenger_score === null
      ? ""
      : ` (challenger ${duel.challenger_score.toFixed(1)}, king ${(duel.king_score ?? 0).toFixed(1)})`;
  return [
    "",
    `The challenger is ${verdict}${score}.`,
    ...duel.reasons.map((reason) => `  ${reason}`),
    `Turns in the buckets: ${counts.join(", ")}.`,
    `Open ${shownRoot}/report/report.md`,
  ];
}
