/** The records that TypeScript and Python share, as JSON schemas: training/schemas/<name>.json. */
import { z } from "zod";
import { evaluateRunSchema, jobsRunSchema, mergeRunSchema } from "../../records/evaluate-run.ts";
import { figureSchema, writtenAnswerSchema } from "../../records/evaluation.ts";
import { trainEventSchema } from "../../records/train-event.ts";
import { trainRunSchema } from "../../records/train-run.ts";
import { trainSchema } from "../../records/train.ts";

const SHARED = {
  "train-run": trainRunSchema,
  train: trainSchema,
  "train-event": trainEventSchema,
  "evaluate-run": evaluateRunSchema,
  "merge-run": mergeRunSchema,
  "jobs-run": jobsRunSchema,
  figure: figureSchema,
  "written-answer": writtenAnswerSchema,
};

/** File name -> its text. */
export function schemaFiles(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(SHARED).map(([name, schema]) => [
      `${name}.json`,
      `${JSON.stringify(z.toJSONSchema(schema), null, 2)}\n`,
    ]),
  );
}
