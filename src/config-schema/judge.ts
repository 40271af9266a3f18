/** [judge]: the panel. */
import { z } from "zod";
import { judgeRef } from "./model-ref.ts";
import { positive, name, temperature } from "./ranges.ts";

export const judgeSection = z
  .strictObject({
    provider: name.default("chutes"),
    models: z
      .array(judgeRef)
      .min(1, "needs at least one judge")
      .default([
        "deepseek-ai/DeepSeek-V3.2-TEE",
        "Qwen/Qwen3-235B-A22B-Thinking-2507",
        "moonshotai/Kimi-K2.6-TEE",
      ]),
    temperature: temperature.default(0),
    max_tokens: positive.default(768),
    thinking_models: z
      .array(name)
      .default(["Qwen/Qwen3-235B-A22B-Thinking-2507", "moonshotai/Kimi-K2.6-TEE"]),
    thinking_max_tokens: positive.default(4096),
    orders: z.enum(["both", "random", "fixed"]).default("both"),
    quorum: positive.default(2),
    attempts: positive.default(3),
    /** "outcome": scores come from outcome/, and no judge is asked. */
    with: z.enum(["panel", "outcome"]).default("panel"),
    panel: z.enum(["full", "lazy", "sequential"]).default("full"),
    /** Of a sequential panel: judges that every turn is put before, and the most that one is. */
    min_judges: z.int().min(2, "needs at least two judges").default(2),
    max_judges: z
      .union([z.int().min(2), z.literal("all")], 'expected a whole number from 2 on, or "all"')
      .default("all"),
    /** Chance of a turn's bucket from which on no further judge is asked. */
    certainty: z.number().gt(0.5).lt(1).default(0.98),
  })
  .prefault({});
