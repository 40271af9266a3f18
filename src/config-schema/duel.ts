/** [duel]: the gate. */
import { z } from "zod";
import { positive, fraction } from "./ranges.ts";

export const duelSection = z
  .strictObject({
    mode: z.union([z.literal(1), z.literal(2)]).default(2),
    win_margin: z.number().min(0).max(100).default(2.0),
    gate_alpha: z.number().gt(0).lt(0.5).default(0.05),
    bootstrap_resamples: positive.default(10_000),
    min_valid_turn_frac: fraction.default(0.5),
    cluster_by: z.enum(["repo", "instance_id", "run"]).default("repo"),
    /** Turns that the duel will have; "turns": those in prompt/ and answer/; "open": no end is set. */
    plan: z.union([positive, z.enum(["turns", "open"])]).default("turns"),
    min_decisive: positive.default(3),
  })
  .prefault({});
