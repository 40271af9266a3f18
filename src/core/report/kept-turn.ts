/** The shape of what is kept of a turn between two runs: what of it is no such thing is made anew. */
import { z } from "zod";
import { auditSchema, trySchema } from "../../records/answer.ts";
import { BUCKETS } from "../../records/exported.ts";
import { runLabelField } from "../../records/prompt.ts";
import { reviewSchema } from "../../records/review.ts";
import { runInfoSchema } from "../../records/run-info.ts";
import { metricValues } from "../../records/score.ts";

const bucket = z.enum(BUCKETS);

/** `TurnRow` */
export const keptRow = z.object({
  file: z.string(),
  instance_id: z.string(),
  repo: z.string(),
  run: z.string(),
  turn: z.int().nullable(),
  ...runLabelField,
  state: z.enum(["scored", "pending", "unparsed", "unscored"]),
  score: z.number().nullable(),
  metrics: metricValues.nullable(),
  style: z.string(),
  bucket: bucket.nullable(),
  reason: z.string(),
  by: z.enum(["panel", "person"]).nullable(),
  disqualified: z.string().nullable(),
  review: reviewSchema
    .pick({ verdict: true, bucket: true, note: true })
    .extend({ outdated: z.boolean() })
    .nullable(),
  judges: z.array(z.object({ model: z.string(), score: z.number(), metrics: metricValues })),
  spread: z.number().nullable(),
  flips: z.int(),
  swaps: z.int(),
  lengths: z.object({ opponent: z.int(), challenger: z.int() }).nullish(),
  audit: auditSchema.shape.verdict.nullable(),
  kinds: z.array(z.string()),
});

/** `AuditedAnswer` */
export const keptAudited = z.object({
  file: z.string(),
  answer: z.object({
    challenger: z.string(),
    challenger_run: runInfoSchema.pick({ attempts: true, malformed: true }).optional(),
    challenger_tries: z.array(trySchema).optional(),
    audit: auditSchema.optional(),
    king_audit: auditSchema.optional(),
    turn: z.int().optional(),
  }),
  canaries: z
    .object({
      kinds: z.array(z.string()),
      leakedKinds: z.array(z.string()),
      leaked: z.boolean(),
      king: z.boolean(),
      remembered: z.boolean(),
    })
    .nullish(),
  canaries_none: z.string().optional(),
});
