/** [engine]: who carries the model calls of king, challenger, validate and refine out. */
import { z } from "zod";
import { name, positive } from "./ranges.ts";
import { ENGINES } from "./engine-names.ts";

export const engineSection = z
  .strictObject({
    /**
     * "local": this process. "batch-file": request files in engine/<stage>/, run by somebody else. "batch":
     * the provider's batch API. "ray": engines/ray_batch.py on this machine or a cluster.
     */
    name: z.enum(ENGINES).default("local"),
    /** Fewer items than this are asked by this process, whatever the engine; 0: never. */
    online_below: z.number().int().min(0).default(200),
    /** "batch": seconds after a POST whose answer got lost before the provider's list is believed. */
    settle_s: z.number().min(0).default(60),
    /** "batch": seconds between two looks of --wait. */
    poll_s: z.number().positive().default(60),
    /** "ray": a running cluster, "auto" or "ray://HOST:PORT"; absent: one on this machine, for the job. */
    address: name.optional(),
    /** "ray": a Python that has Ray and aiohttp. */
    python: name.default("python3"),
    /** "ray": "http" asks the provider's servers, "vllm" has each actor serve the model on its own GPU. */
    mode: z.enum(["http", "vllm"]).default("http"),
    /** "ray": actors over the cluster; they share the provider's max_concurrency. */
    actors: positive.default(2),
  })
  .prefault({});
