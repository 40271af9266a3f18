/** Judged turns as they are exported: read with verdicts and reviews, masked once more, and by their runs. */
import type { Config } from "../config.ts";
import { bucketInForce, opponentOf, type JudgedTurn } from "../core/dataset/export.ts";
import { runKey, runRows, type RunRow, type RunWants } from "../core/dataset/run-rows.ts";
import { maskExported } from "../core/secrets/exported.ts";
import type { Store } from "../io/store.ts";
import { exportedSchema, type Bucket } from "../records/exported.ts";
import { reviewSchema } from "../records/review.ts";
import { scoreSchema } from "../records/score.ts";

export type TurnFile = { readonly bucket: Bucket; readonly name: string };

export type ReadTurn = {
  readonly turn: JudgedTurn;
  /** Kinds of secrets that were masked. */
  readonly kinds: ReadonlySet<string>;
};

/** One turn, in the bucket that is in force. @throws UserError for a file that does not parse. */
export async function readTurn(
  config: Config,
  store: Store,
  { bucket: folder, name }: TurnFile,
): Promise<ReadTurn> {
  const record = await store.read(`${folder}/${name}`, exportedSchema);
  const score = await store.readIfThere(`score/${name}`, scoreSchema);
  const review = await store.readIfThere(`review/${name}`, reviewSchema);
  const masked = await maskExported(record, {
    emails: config.audit.mask_emails,
  });
  const { exported, kinds } = masked;
  const bucket = bucketInForce(folder, review, score, config.bucket);
  const secrets = {
    challenger: masked.holds(exported.challenger),
    opponent: masked.holds(opponentOf({ exported, score })),
    reference: masked.holds(exported.assistant),
  };
  return { turn: { file: name, bucket, exported, score, review, secrets }, kinds };
}

export type RunRead = {
  readonly turns: readonly ReadTurn[];
  readonly rows: readonly RunRow[];
};

/** The rows of every run, in the order of their first turns; one run is in memory at a time. */
export async function* readRuns(
  config: Config,
  store: Store,
  files: readonly TurnFile[],
  wants: RunWants,
): AsyncGenerator<RunRead> {
  const byRun = new Map<string, TurnFile[]>();
  for (const file of files) {
    const exported = await store.read(`${file.bucket}/${file.name}`, exportedSchema);
    const key = runKey({ exported });
    byRun.set(key, [...(byRun.get(key) ?? []), file]);
  }
  for (const own of byRun.values()) {
    const turns: ReadTurn[] = [];
    for (const file of own) turns.push(await readTurn(config, store, file));
    yield {
      turns,
      rows: runRows(
        turns.map(({ turn }) => turn),
        wants,
      ),
    };
  }
}
