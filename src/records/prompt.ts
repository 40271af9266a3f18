/** prompt/prompts_<count>_<NNN>.json: turns to answer, and where they came from. */
import { z } from "zod";
import { messageSchema } from "./message.ts";

/** Where a turn came from. `row` is the 0-based row (line) in `file`. */
export const originSchema = z.looseObject({
  dataset: z.string().nullable(),
  revision: z.string().nullable(),
  file: z.string().nullable(),
  row: z.int().nullable(),
});
export type Origin = Readonly<z.infer<typeof originSchema>>;

export const promptSchema = z.looseObject({
  instance_id: z.string().min(1),
  repo: z.string(),
  /** 0-based index among the trajectory's assistant messages. */
  turn: z.int().min(0),
  /** The history: every message before the turn. */
  messages: z.array(messageSchema),
  /** The reference: what the data set's own agent said there. */
  assistant: z.string(),
  origin: originSchema,
});
export type Prompt = Readonly<z.infer<typeof promptSchema>>;
export const promptFileSchema = z.array(promptSchema);
