/** [reign]: when a trained checkpoint becomes king, and how it is served. */
import { z } from "zod";
import { modelRef } from "./model-ref.ts";
import { name, positive } from "./ranges.ts";

export const reignSection = z
  .strictObject({
    /** Duels in a row that a challenger wins for the crown, each on repositories of its own. */
    wins: positive.default(2),
    /** Who reigns before anybody was crowned; default: [king]. "base": the model that was trained from. */
    model: modelRef.optional(),
    /** Repositories of a duel, at most. */
    repositories: positive.default(20),
    /** Turns of a duel, at most. */
    turns: positive.default(200),
    /** What serves a checkpoint: `transformers serve` of training/.venv, or `vllm serve` on PATH. */
    server: z.enum(["transformers", "vllm"]).default("transformers"),
    /** Further words for it, for example ["--max-model-len", "32768"]. */
    server_args: z.array(name).default([]),
    /** Seconds until it has to answer. */
    server_seconds: positive.default(900),
    /** Requests that it is given at a time; default: 4 for transformers, 64 for vllm. */
    concurrency: positive.optional(),
  })
  .prefault({});
