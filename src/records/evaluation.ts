/** evaluation/<name>/: figures as Python writes them, and rows.jsonl as they are kept. */
import { z } from "zod";

/** A line of figures.jsonl. */
export const figureSchema = z.looseObject({
  /** 0-based, over the split's files. */
  row: z.int().min(0),
  /** "" for the answer, "rejected" for the second of a pair. */
  side: z.enum(["", "rejected"]),
  model: z.enum(["base", "checkpoint"]),
  /** Nats, summed over the answer's tokens. */
  nll: z.number(),
  tokens: z.int(),
  prompt_tokens: z.int(),
});
export type Figure = Readonly<z.infer<typeof figureSchema>>;

/** A line of answers.jsonl. */
export const writtenAnswerSchema = z.looseObject({
  row: z.int().min(0),
  model: z.enum(["base", "checkpoint"]),
  text: z.string(),
});

/** A line of rows.jsonl: a row of the set, with what base and checkpoint make of its answer. */
export const evaluationRowSchema = z.looseObject({
  row: z.int().min(0),
  instance_id: z.string(),
  /** What the interval takes as one: the repository, else the instance, else the row. */
  cluster: z.string(),
  repo: z.string().nullable(),
  turn: z.int().nullable(),
  label: z.string().nullable(),
  bucket: z.string().nullable(),
  action_type: z.string(),
  tokens: z.int(),
  prompt_tokens: z.int(),
  /** Nats, summed over the answer's tokens. `nll_base` is null where there is no base. */
  nll: z.number(),
  nll_base: z.number().nullable(),
  /** Of a pair, the answer that lost. */
  rejected: z
    .object({ tokens: z.int(), nll: z.number(), nll_base: z.number().nullable() })
    .nullable(),
});
export type EvaluationRow = Readonly<z.infer<typeof evaluationRowSchema>>;
