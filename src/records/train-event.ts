/** What the Python side says while it works: a JSON line an event, on its stdout. */
import { z } from "zod";

const step = { step: z.int(), steps: z.int() };

export const trainEventSchema = z.discriminatedUnion("event", [
  z.looseObject({
    event: z.literal("rows"),
    given: z.int(),
    to_train: z.int(),
    left_out: z.record(z.string(), z.int()),
    validation: z.int(),
    /** Tokens. */
    longest: z.int(),
    tokens: z.int(),
  }),
  z.looseObject({ event: z.literal("begin"), ...step }),
  z.looseObject({
    event: z.literal("step"),
    ...step,
    /** null: not finite, and named in `non_finite`. */
    loss: z.number().nullable(),
    tokens: z.int(),
    tokens_per_second: z.number(),
    seconds_left: z.number(),
    non_finite: z.array(z.string()).optional(),
  }),
  z.looseObject({ event: z.literal("eval"), step: z.int(), eval_loss: z.number().nullable() }),
  z.looseObject({ event: z.literal("saved"), step: z.int(), checkpoint: z.string() }),
  z.looseObject({ event: z.literal("resume"), step: z.int(), checkpoint: z.string() }),
  z.looseObject({ event: z.literal("passed_over"), checkpoint: z.string(), why: z.string() }),
  z.looseObject({ event: z.literal("stopped"), step: z.int() }),
  z.looseObject({ event: z.literal("done"), rows_trained: z.int(), steps: z.int() }),
  z.looseObject({ event: z.literal("note"), text: z.string() }),
  z.looseObject({ event: z.literal("fault"), message: z.string(), hint: z.string() }),
  z.looseObject({ event: z.literal("device"), device: z.string(), name: z.string() }),
  z.looseObject({
    event: z.literal("estimate"),
    device: z.string(),
    rows: z.int(),
    longest: z.int(),
    tokens: z.int(),
    steps: z.int(),
    weights: z.int(),
    trained_weights: z.int(),
    hours: z.number(),
    memory_gb: z.number(),
  }),
  z.looseObject({
    event: z.literal("scored"),
    ...step,
    /** Of this batch. */
    rows_done: z.int(),
    tokens_per_second: z.number(),
    seconds_left: z.number(),
  }),
  z.looseObject({ event: z.literal("answered"), ...step }),
  z.looseObject({ event: z.literal("scored_all"), rows: z.int() }),
  z.looseObject({ event: z.literal("merged"), output: z.string() }),
  /** Of a list of commands: the one that begins, 0-based. */
  z.looseObject({ event: z.literal("job"), at: z.int(), jobs: z.int() }),
]);
export type TrainEvent = Readonly<z.infer<typeof trainEventSchema>>;
