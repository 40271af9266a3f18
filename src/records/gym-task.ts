/** .cache/gym/tasks/<id>.json: a task of the gym. Nothing of its package but the words that were changed. */
import { z } from "zod";
import { schemaField } from "./schema.ts";

export const GYM_LANGUAGES = ["python", "javascript"] as const;
export type GymLanguage = (typeof GYM_LANGUAGES)[number];

/** One change of a file: the words between two offsets are other ones. */
export const mutationSchema = z.object({
  /** Relative to the package's folder. */
  file: z.string(),
  /** 1-based. */
  line: z.int(),
  /** [start, end) in UTF-16 units of the file as released. */
  start: z.int(),
  end: z.int(),
  /** As released, and with the fault. */
  before: z.string(),
  after: z.string(),
  operator: z.string(),
});
export type Mutation = Readonly<z.infer<typeof mutationSchema>>;

export const gymTaskSchema = z.object({
  schema: schemaField,
  /** The instance id: "gym__<package>-<8 hex digits of the mutation's hash>". */
  id: z.string(),
  language: z.enum(GYM_LANGUAGES),
  package: z.string(),
  version: z.string(),
  /** Of the archive: "sha256-<hex>" or npm's "sha512-<base64>". */
  hash: z.string(),
  licence: z.string(),
  /** Where the fault is what this release had: its version, and the hash of its archive. */
  older: z.object({ version: z.string(), hash: z.string() }).optional(),
  mutation: mutationSchema,
  /** Other places of the same package: what a scripted agent changes where it does not know better. */
  decoys: z.array(mutationSchema),
  issue: z.string(),
  /** How the tests that fail are started, in a sentence of the issue and by agents. */
  test_command: z.string(),
  fail_to_pass: z.array(z.string()),
  pass_to_pass: z.array(z.string()),
  /** Tests without the same result in every run, before or after: in neither list. */
  unsteady: z.int(),
  /** What the lists were proven with: "Python 3.11.2". */
  runtime: z.string(),
  /** Of one run of all tests as released: own time, or the clock's (older tasks). */
  test_seconds: z.number(),
  seed: z.int(),
});
export type GymTask = Readonly<z.infer<typeof gymTaskSchema>>;
