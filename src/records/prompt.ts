/** prompt/prompts_<count>_<NNN>.json: turns to answer, and where they came from. */
import { z } from "zod";
import { messageSchema } from "./message.ts";
import { schemaField } from "./schema.ts";

/** Where a turn came from. `row` is the 0-based row (line) in `file`. */
export const originSchema = z.looseObject({
  dataset: z.string().nullable(),
  revision: z.string().nullable(),
  file: z.string().nullable(),
  row: z.int().nullable(),
  /** Of the log: "claude_code", "chat" ...; absent in older files. */
  format: z.string().optional(),
});
export type Origin = Readonly<z.infer<typeof originSchema>>;

/** The form that an answer has to keep; absent in older files: "bash". */
export const PROTOCOLS = ["bash", "tools"] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** How the run ended that a turn was cut from (core/label). */
export const RUN_LABELS = ["SUCCESS", "FAILURE", "UNKNOWN"] as const;
export type RunLabel = (typeof RUN_LABELS)[number];

/** Beside the runFields, since exported turns do not say it; absent in older files and of ready turns. */
export const runLabelField = { run_label: z.enum(RUN_LABELS).optional() };

/** What prompt and answer say of the run beside its messages. */
export const runFields = {
  /** JSON schemas of the tools, {type: "function", function: {name, description, parameters}}. */
  tools: z.array(z.unknown()).optional(),
  /** "inferred": made from the run's own calls, since the source names no tools. */
  tools_from: z.enum(["source", "inferred"]).optional(),
  protocol: z.enum(PROTOCOLS).optional(),
  /** The run's id, where there is no pull request for it. */
  run: z.string().optional(),
};

export const promptSchema = z.looseObject({
  schema: schemaField,
  instance_id: z.string().min(1),
  repo: z.string(),
  /** 0-based index among the trajectory's assistant messages. */
  turn: z.int().min(0),
  /** The history: every message before the turn. */
  messages: z.array(messageSchema),
  /** The reference: what the data set's own agent said there. */
  assistant: z.string(),
  /** The reference with its structure, where it has any. */
  assistant_message: messageSchema.optional(),
  ...runFields,
  ...runLabelField,
  origin: originSchema,
  /** Taken out by npm run forget: its place stays, so that the answers behind it keep their numbers. */
  forgotten: z.literal(true).optional(),
});
export type Prompt = Readonly<z.infer<typeof promptSchema>>;
export const promptFileSchema = z.array(promptSchema);
