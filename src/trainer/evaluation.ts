/**
 * An evaluation as files: run.json that Python reads, the figures and answers that it writes line by
 * line, and both joined with the rows of the set.
 */
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import type { z } from "zod";
import type { Config } from "../config.ts";
import { auditAnswer } from "../core/audit/audit.ts";
import { DEFAULT_LEAK_MIN } from "../core/audit/king-limit.ts";
import { clusterOf, type ClusterBy } from "../core/duel/cluster-by.ts";
import { judged, referenceOf, type Judged, type Reference } from "../core/training/answers.ts";
import { onDisk } from "../io/disk-faults.ts";
import { readCommit } from "../io/commits.ts";
import { parseLine, readLines } from "../io/jsonl.ts";
import type { Store } from "../io/store.ts";
import type { EvaluateRun } from "../records/evaluate-run.ts";
import {
  figureSchema,
  writtenAnswerSchema,
  type EvaluationRow,
  type Figure,
} from "../records/evaluation.ts";
import { LEAK_LIMIT_FILE, leakLimitSchema } from "../records/leak-limit.ts";
import { CHECKPOINTS } from "./train-run.ts";
import { rowsOf } from "./set-rows.ts";
import { instanceOf } from "./training-set.ts";
import { makeFolder } from "../io/make-folder.ts";

type Row = Readonly<Record<string, unknown>>;

/** A folder as it was named, or a name below artifacts/checkpoints/; else an id of the Hub. */
export function checkpointPath(root: string, given: string): string {
  const places = [resolve(root, given), join(root, CHECKPOINTS, given)];
  return places.find((path) => existsSync(path)) ?? given;
}

/** Empties the folder where it is wished; figures of another run are passed over by Python. */
export async function beginEvaluation(
  store: Store,
  run: EvaluateRun,
  force: boolean,
): Promise<string> {
  if (force)
    await onDisk(run.output, "remove", () => rm(run.output, { recursive: true, force: true }));
  await onDisk(run.output, "write", () => makeFolder(run.output));
  const path = `evaluation/${run.name}/run.json`;
  await store.write(path, run);
  return store.path(path);
}

/** The rows that have figures, in the set's order; `given`: all rows of the split. */
export async function joinedRows(
  run: EvaluateRun,
  clusterBy: ClusterBy,
): Promise<{ readonly rows: EvaluationRow[]; readonly given: number }> {
  const figures = new Map<string, Figure>();
  for await (const one of linesOf(join(run.output, "figures.jsonl"), figureSchema)) {
    figures.set(`${one.row}/${one.side}/${one.model}`, one);
  }
  const rows: EvaluationRow[] = [];
  let given = 0;
  for await (const row of allRows(run.files)) {
    const at = given++;
    const own = figures.get(`${at}//checkpoint`);
    if (own === undefined) continue;
    const lost = figures.get(`${at}/rejected/checkpoint`);
    rows.push({
      row: at,
      ...aboutOf(row, at, clusterBy),
      action_type: referenceOf(row).action_type,
      tokens: own.tokens,
      prompt_tokens: own.prompt_tokens,
      nll: own.nll,
      nll_base: figures.get(`${at}//base`)?.nll ?? null,
      rejected:
        lost === undefined
          ? null
          : {
              tokens: lost.tokens,
              nll: lost.nll,
              nll_base: figures.get(`${at}/rejected/base`)?.nll ?? null,
            },
    });
  }
  return { rows, given };
}

export type JudgedAnswers = {
  readonly checkpoint: readonly Judged[];
  readonly base: readonly Judged[];
  /** Verdict -> answers of the checkpoint whose pull request the workspace has. */
  readonly audit: Readonly<Record<string, number>>;
  /** Reason -> answers of the checkpoint that have not the form. */
  readonly malformed: Readonly<Record<string, number>>;
};

/** The answers that were written anew, each beside its row. */
export async function judgedAnswers(
  config: Config,
  store: Store,
  run: EvaluateRun,
): Promise<JudgedAnswers> {
  const texts = await textsOf(run);
  const checkpoint: Judged[] = [];
  const base: Judged[] = [];
  const audit: Record<string, number> = {};
  const malformed: Record<string, number> = {};
  let at = 0;
  for await (const row of texts.size === 0 ? [] : allRows(run.files)) {
    const told = texts.get(at);
    const { cluster, instance_id } = aboutOf(row, at++, config.duel.cluster_by);
    if (told?.checkpoint === undefined) continue;
    const reference = referenceOf(row);
    const own = judged(told.checkpoint, reference, cluster);
    checkpoint.push(own);
    if (!own.isFormed) malformed[own.reason] = (malformed[own.reason] ?? 0) + 1;
    if (told.base !== undefined) base.push(judged(told.base, reference, cluster));
    const verdict = await auditOf(config, store, told.checkpoint, reference, instance_id);
    if (verdict !== null) audit[verdict] = (audit[verdict] ?? 0) + 1;
  }
  return { checkpoint, base, audit, malformed };
}

/** Row -> what the checkpoint wrote to it. */
export async function writtenTexts(run: EvaluateRun): Promise<ReadonlyMap<number, string>> {
  const texts = await textsOf(run);
  return new Map(
    [...texts].flatMap(([row, { checkpoint }]) =>
      checkpoint === undefined ? [] : [[row, checkpoint] as const],
    ),
  );
}

/** Its own word where the set has none: the name of a checkpoint's folder and of the set's. */
export const evaluationName = (checkpoint: string, set: string, split: string): string =>
  `${basename(checkpoint)}-${basename(set)}-${split}`;

// ---------------------------------------------------------------------------------------------

async function textsOf(
  run: EvaluateRun,
): Promise<Map<number, { checkpoint?: string; base?: string }>> {
  const texts = new Map<number, { checkpoint?: string; base?: string }>();
  const path = join(run.output, "answers.jsonl");
  if (!existsSync(path) || run.sampling.count === 0) return texts;
  for await (const { row, model, text } of linesOf(path, writtenAnswerSchema)) {
    texts.set(row, { ...texts.get(row), [model]: text });
  }
  return texts;
}

async function* linesOf<T>(path: string, schema: z.ZodType<T>): AsyncGenerator<T> {
  for await (const { bytes } of readLines(path)) {
    const line = parseLine(bytes);
    // The first line says whose figures they are; a torn last one was written again.
    const told = line.ok ? schema.safeParse(line.value) : null;
    if (told?.success === true) yield told.data;
  }
}

async function* allRows(files: readonly string[]): AsyncGenerator<Row> {
  for (const file of files) yield* rowsOf(file);
}

function aboutOf(
  row: Row,
  at: number,
  clusterBy: ClusterBy,
): Pick<EvaluationRow, "instance_id" | "cluster" | "repo" | "turn" | "label" | "bucket"> {
  const about = Object(row["metadata"] ?? row) as Row;
  const text = (key: string): string | null => {
    const value = about[key] ?? row[key];
    return typeof value === "string" && value !== "" ? value : null;
  };
  const instance_id = instanceOf(row);
  const turn = about["turn"];
  const label = row["label"] ?? about["label"];
  return {
    instance_id,
    cluster:
      clusterOf({ instance_id, repo: text("repo"), run: text("run") }, clusterBy) || `row ${at}`,
    repo: text("repo"),
    turn: typeof turn === "number" && Number.isInteger(turn) ? turn : null,
    label: typeof label === "string" || typeof label === "boolean" ? String(label) : null,
    bucket: text("bucket"),
  };
}

/** null where the workspace has no pull request of that instance. */
async function auditOf(
  { audit }: Config,
  store: Store,
  answer: string,
  { messages, tools }: Reference,
  instanceId: string,
): Promise<string | null> {
  const pr = instanceId === "" ? null : await readCommit(store, instanceId);
  if (pr === null) return null;
  const { suspect_min, leak_min: given } = audit;
  // The limit that the workspace's kings set, where they did.
  const leak_min =
    given === "king"
      ? ((await store.readIfThere(LEAK_LIMIT_FILE, leakLimitSchema))?.leak_min ?? DEFAULT_LEAK_MIN)
      : given;
  return auditAnswer({ answer, messages, tools, pr }, { suspect_min, leak_min }).verdict;
}
