/** answer/<source>_<order>.json: king and challenger of a turn, with tries and audit. */
import { z } from "zod";
import { messageSchema } from "./message.ts";
import { originSchema, runFields, runLabelField } from "./prompt.ts";
import { runInfoSchema, usageSchema } from "./run-info.ts";
import { refinedFromSchema } from "./refined.ts";
import { schemaField } from "./schema.ts";

export const findingSchema = z.looseObject({
  kind: z.string(),
  /** The words of the answer that the finding is about. */
  text: z.string(),
  /** [start, end) in UTF-16 units of the answer. */
  span: z.tuple([z.int(), z.int()]),
  /** Where it stands in the PR. Quotes the PR: never leaves answer/. */
  evidence: z.string(),
  /** How heavy it is: 2 is a leak by itself, 1 a suspicion (default limits of [audit]). */
  weight: z.number().optional(),
});
export type Finding = Readonly<z.infer<typeof findingSchema>>;

/** A detail of the pull request that the challenger was shown altered. Never leaves answer/. */
export const canarySchema = z.object({ kind: z.string(), true: z.string(), shown: z.string() });
export type Canary = Readonly<z.infer<typeof canarySchema>>;

export const auditSchema = z.looseObject({
  verdict: z.enum(["clean", "suspect", "leak", "unchecked"]),
  findings: z.array(findingSchema),
  /** Which rules spoke; absent in audits of before there were versions. */
  version: z.string().optional(),
  /** The findings' weights as one, with the second opinion's points. */
  score: z.number().optional(),
  /** Details that the answer has as they truly are, though they were shown altered: memory or derivation. */
  remembered: z.array(z.string()).optional(),
  /** How sure and how early it acts, for the report's means; absent in audits of before there was this. */
  manner: z
    .object({
      words: z.int(),
      hedges: z.int(),
      edits: z.boolean(),
      first_edit: z.boolean(),
      looked: z.boolean().nullable(),
      views: z.boolean().nullable(),
    })
    .optional(),
  /** Written without the PR in view: never more than suspect. */
  blind: z.boolean().optional(),
  /** What could not be looked at, one sentence each; absent when all was. */
  unchecked: z.array(z.string()).optional(),
});
export type Audit = Readonly<z.infer<typeof auditSchema>>;

/** A reply that was not accepted, kept so that nothing paid for is lost. */
export const trySchema = z.looseObject({
  attempt: z.int(),
  raw: z.string(),
  /** The reply with its calls, where it made any. */
  message: messageSchema.optional(),
  finish_reason: z.string().nullable(),
  /** Why it was not accepted: a Malformed reason, "leak", "not_chosen", or a failure kind. */
  reason: z.string(),
  detail: z.string(),
  /** Of a well-formed reply: what the audit found in it. */
  audit: auditSchema.optional(),
  usage: usageSchema,
  cost_usd: z.number().nullable(),
  time: z.string(),
});
export type Try = Readonly<z.infer<typeof trySchema>>;

/** answer/<source>_<order>.json. Just the first five fields are a valid file. */
export const answerSchema = z.looseObject({
  schema: schemaField,
  instance_id: z.string().min(1),
  king: z.string(),
  challenger: z.string(),
  assistant: z.string(),
  messages: z.array(messageSchema),
  /** The three answers with their structure, where they have any; the texts above stay readable. */
  king_message: messageSchema.optional(),
  challenger_message: messageSchema.optional(),
  assistant_message: messageSchema.optional(),
  ...runFields,
  ...runLabelField,
  repo: z.string().optional(),
  run: z.string().optional(),
  turn: z.int().optional(),
  origin: originSchema.optional(),
  king_run: runInfoSchema.optional(),
  challenger_run: runInfoSchema.optional(),
  /** About the challenger. */
  audit: auditSchema.optional(),
  /** About the king, as a control: the king is blind by construction. */
  king_audit: auditSchema.optional(),
  /** What the challenger was shown altered; absent: nothing. Never leaves answer/. */
  canaries: z.array(canarySchema).optional(),
  /** Why a turn that was drawn to have canaries has none. */
  canaries_none: z.string().optional(),
  /** The challenger's replies that were not accepted. They may quote the PR: never leave answer/. */
  challenger_tries: z.array(trySchema).optional(),
  /** Strategy "select": which blind candidate was chosen and why. Quotes the PR: never leaves answer/. */
  challenger_choice: z
    .object({ model: z.string(), chosen: z.int(), candidates: z.int(), reason: z.string() })
    .optional(),
  /** The grounding judge on a suspect answer: claims without support. */
  grounding: z
    .object({ model: z.string(), claims: z.array(z.string()), read: z.boolean(), raw: z.string() })
    .optional(),
  /** Set when the challenger was given up for a reason of the item itself (context too long ...). */
  challenger_drop: z
    .object({ reason: z.string(), detail: z.string(), settings: z.string().optional() })
    .optional(),
  /** Of a refined answer alone (answer/<stem>.r1.json): the first answer, and what was shown of it. */
  refined_from: refinedFromSchema.optional(),
});
export type Answer = Readonly<z.infer<typeof answerSchema>>;
