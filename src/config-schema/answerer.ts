/** What [king] and [challenger] share. */
import { z } from "zod";
import { modelRef } from "./model-ref.ts";
import { positive, name, temperature } from "./ranges.ts";

export const answerer = {
  model: name.default("moonshotai/Kimi-K2.6-TEE"),
  provider: name.default("chutes"),
  temperature: temperature.default(1.0),
  max_tokens: positive.default(1024),
  /** Askings of one turn until the form is right. */
  attempts: positive.default(3),
  /** Models asked in turn when the first cannot answer. */
  fallback: z.array(modelRef).default([]),
};
