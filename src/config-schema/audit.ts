/** [audit]: what counts as a leak. */
import { z } from "zod";
import { modelRef } from "./model-ref.ts";

export const auditSection = z
  .strictObject({
    suspect_min: z.number().min(0).default(1),
    /** "king": what 95 of 100 blind kings stay below, frozen at the challenger's first call. */
    leak_min: z.union([z.number().min(0), z.literal("king")]).default(2),
    /** As leak_min, of a reply that was asked for again because of a leak. */
    retry_min: z.number().min(0).default(1.5),
    /** Share of the turns whose pull request is shown with altered details, 0 to 1. */
    canaries: z.number().min(0).max(1).default(0.2),
    /** Reads other runs of the same instances from [source].trajectories: what they say too does not count. */
    rollouts: z.boolean().default(false),
    /** Not given: the grounding judge is off. */
    grounding_model: modelRef.optional(),
    /** Who goes before it, beside suspects: answers from before the change was read, or a tenth of all. */
    grounding_of: z.enum(["suspects", "tenth", "unread"]).default("unread"),
    mask_emails: z.boolean().default(false),
  })
  .prefault({});
