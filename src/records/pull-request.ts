/** commit/<instance_id>.json: how the task was resolved. */
import { z } from "zod";
import { schemaField } from "./schema.ts";

const text = z.string().nullish();

/** commit/<instance_id>.json. Keys that the data set has and we do not know are kept. */
export const pullRequestSchema = z.looseObject({
  schema: schemaField,
  instance_id: z.string().min(1),
  repo: z.string(),
  base_commit: text,
  title: text,
  problem_statement: text,
  pr_description: text,
  hints_text: text,
  interface: text,
  patch: text,
  test_patch: text,
  /** Paths that the patch and the test patch touch. */
  files: z.array(z.string()).nullish(),
  language: text,
  created_at: z.union([z.string(), z.number()]).nullish(),
});
export type PullRequest = Readonly<z.infer<typeof pullRequestSchema>>;
