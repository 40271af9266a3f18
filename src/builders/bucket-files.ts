/**
 * Turns sorted into final/, refined/ and defeat/. What was made of a turn is remembered, bound to its answer,
 * verdicts, review and the settings, so that a report made again reads only what changed.
 */
import { z } from "zod";
import type { Config } from "../config.ts";
import { auditedAnswer } from "../core/audit/summary.ts";
import { exportedOf } from "../core/report/exported.ts";
import { decide, type Decision } from "../core/report/person.ts";
import { keptAudited, keptRow } from "../core/report/kept-turn.ts";
import type { Told } from "../core/report/shared-parts.ts";
import { originName } from "../core/report/story-provenance.ts";
import { turnRow, type TurnRow } from "../core/report/turn-row.ts";
import { saysBesideCalls } from "../core/wire/families.ts";
import { keepAnswerState } from "../io/answer-state.ts";
import type { AnswerFile } from "../io/answers.ts";
import { contentHash, keyOver, type FactKind, type Facts } from "../io/facts/facts.ts";
import { missing, type Store } from "../io/store.ts";
import { writeChanged } from "../io/write-changed.ts";
import { answerSchema, type Answer } from "../records/answer.ts";
import { BUCKETS, type Bucket } from "../records/exported.ts";
import { reviewSchema } from "../records/review.ts";
import { scoreSchema, type Score } from "../records/score.ts";

/** What the report says of a turn. */
export type ToldTurn = Told & {
  /** "DATASET at REVISION"; null: the answer does not say. */
  readonly origin: string | null;
  /** Its history has words beside calls. */
  readonly spoken: boolean;
  /** Secrets that were masked in its file, by kind; null: it is in no bucket. */
  readonly found: Readonly<Record<string, number>> | null;
};

/** `excluded`: its instance is in [source].exclude_ids. */
type Remembered =
  | { readonly excluded: true }
  | {
      readonly told: ToldTurn;
      /** Where its file lies, and its hash; null: nowhere. */
      readonly file: { readonly bucket: Bucket; readonly hash: string } | null;
    };

const rememberedSchema = z.union([
  z.strictObject({ excluded: z.literal(true) }),
  z.strictObject({
    told: z.strictObject({
      row: keptRow,
      audited: keptAudited,
      origin: z.string().nullable(),
      spoken: z.boolean(),
      found: z.record(z.string(), z.int()).nullable(),
    }),
    file: z.strictObject({ bucket: z.enum(BUCKETS), hash: z.string() }).nullable(),
  }),
]);

/** Beside answers, since audits quote the pull request; the key names the build, whose own shape it has. */
export const SORTED_TURN: FactKind<Remembered> = {
  name: "sorted",
  folder: "answer",
  schema: z.custom<Remembered>((value) => rememberedSchema.safeParse(value).success),
};

export type Buckets = {
  /** What of the turn there is to tell; null: it is excluded. Its file is put in place, others are removed. */
  sort(answer: AnswerFile, isReserve: boolean): Promise<ToldTurn | null>;
  /** Takes a turn out of all buckets but one. */
  clear(name: string, but: Bucket | null): Promise<void>;
  write(turn: Sorted): Promise<Written>;
};

export type Sorted = {
  readonly name: string;
  readonly answer: Answer;
  readonly row: TurnRow;
  readonly score: Score;
  readonly decision: Decision;
};

type Written = { readonly found: Readonly<Record<string, number>>; readonly hash: string } | null;

/** Opens the three folders; their names are listed once. */
export async function openBuckets(config: Config, store: Store, facts: Facts): Promise<Buckets> {
  const there = new Map<Bucket, Set<string>>();
  for (const bucket of BUCKETS) there.set(bucket, new Set(await store.list(bucket)));
  const { bucket, duel, audit, source } = config;
  const settings = keyOver([bucket, duel.mode, audit.mask_emails, source.exclude_ids]);

  const keyOf = async ({ name, path }: AnswerFile): Promise<string> => {
    const files = [path, `score/${name}`, `review/${name}`];
    const hashes: string[] = [];
    for (const file of files) hashes.push(await facts.hash(file));
    return [settings, ...hashes].join(".");
  };
  const buckets: Buckets = {
    async sort(file, isReserve) {
      const { name } = file;
      const key = facts.has(SORTED_TURN, name) ? await keyOf(file) : null;
      const known = key === null ? null : facts.known(SORTED_TURN, name, key);
      const asBefore = known !== null && !isReserve ? await remembered(name, known) : undefined;
      return asBefore === undefined ? anew(file, isReserve) : asBefore;
    },
    async clear(name, but) {
      for (const [bucket, names] of there) {
        if (bucket !== but && names.delete(name)) await store.remove(`${bucket}/${name}`);
      }
    },
    async write({ name, answer, row, score, decision }) {
      if (row.score === null || row.metrics === null) return null;
      const { exported, found } = await exportedOf(
        {
          answer,
          score: row.score,
          metrics: row.metrics,
          decision,
          detail: score.disqualified?.detail ?? "",
        },
        { emails: audit.mask_emails },
      );
      const text = `${JSON.stringify(exported, null, 2)}\n`;
      await writeChanged(store, `${decision.bucket}/${name}`, text);
      there.get(decision.bucket)?.add(name);
      return { found, hash: contentHash(text) };
    },
  };
  return buckets;

  /** undefined: its file is not as it was. */
  async function remembered(name: string, known: Remembered): Promise<ToldTurn | null | undefined> {
    if ("excluded" in known) {
      await buckets.clear(name, null);
      return null;
    }
    const { file, told } = known;
    if (file !== null) {
      if (there.get(file.bucket)?.has(name) !== true) return undefined;
      if ((await facts.hash(`${file.bucket}/${name}`)) !== file.hash) return undefined;
    }
    await buckets.clear(name, file?.bucket ?? null);
    return told;
  }

  async function anew(file: AnswerFile, isReserve: boolean): Promise<ToldTurn | null> {
    const { name, path } = file;
    const read = await facts.read(path, answerSchema);
    if (read === null) throw missing(path);
    const answer = read.value;
    keepAnswerState(facts, path, read.hash, answer);
    if (source.exclude_ids.includes(answer.instance_id)) {
      await buckets.clear(name, null);
      facts.keep(SORTED_TURN, name, await keyOf(file), { excluded: true });
      return null;
    }
    const score = (await facts.read(`score/${name}`, scoreSchema))?.value ?? null;
    const review = await store.readIfThere(`review/${name}`, reviewSchema);
    const row = turnRow({ file: name, answer, score, review }, bucket, duel.mode);
    await buckets.clear(name, isReserve ? null : row.bucket);
    const decision =
      isReserve || score === null || row.bucket === null ? null : decide(score, review, bucket);
    const written =
      score === null || decision === null
        ? null
        : await buckets.write({ name, answer, row, score, decision });
    const told: ToldTurn = {
      row,
      audited: auditedAnswer(name, answer),
      origin: answer.origin === undefined ? null : originName(answer.origin),
      spoken: saysBesideCalls(answer.messages),
      found: written?.found ?? null,
    };
    const place =
      written === null || decision === null
        ? null
        : { bucket: decision.bucket, hash: written.hash };
    if (!isReserve) facts.keep(SORTED_TURN, name, await keyOf(file), { told, file: place });
    return told;
  }
}
