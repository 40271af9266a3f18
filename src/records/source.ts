/** report/source.json: what stage:prompt set out to draw, and what came of it. */
import { z } from "zod";
import { schemaField } from "./schema.ts";

export const SOURCE_STATE = "report/source.json";

/** report/source.json: what stage:prompt set out to draw, written first, and what came of it. */
export const sourceStateSchema = z.looseObject({
  schema: schemaField,
  /** Of the keys of [source] that decide what is drawn. */
  config_hash: z.string(),
  /** Turns asked for in this run: `count`, or --limit when that is less. */
  target: z.int(),
  /** Where rows come from; a resumed run reads the same commit. */
  sources: z.array(
    z.looseObject({
      key: z.string(),
      dataset: z.string(),
      revision: z.string().nullable(),
      /** How a Hub data set is read. */
      way: z.string().optional(),
      /** What each way was worked out to read, before anything was; `why` instead: it cannot be taken. */
      plan: z
        .array(
          z.looseObject({
            way: z.string(),
            bytes: z.int().optional(),
            requests: z.int().optional(),
            why: z.string().optional(),
          }),
        )
        .optional(),
    }),
  ),
  /** False until every prompt file is written. */
  done: z.boolean(),
  /** Names in prompt/. */
  files: z.array(z.string()),
  read: z.int(),
  kept: z.int(),
  dropped: z.record(z.string(), z.int()),
  /** What readers left out of the rows, by name: "unknown_part: image_url". */
  lost: z.record(z.string(), z.int()).optional(),
  notes: z.array(z.string()),
});
export type SourceState = Readonly<z.infer<typeof sourceStateSchema>>;
