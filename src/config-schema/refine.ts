/** [refine]: second answers to turns that the challenger nearly won. */
import { z } from "zod";
import { modelRef } from "./model-ref.ts";
import { fraction, positive } from "./ranges.ts";

export const refineSection = z
  .strictObject({
    /** Who writes them; default: the challenger's model. */
    model: modelRef.optional(),
    /** Askings until form and audit take an answer; a low score is never a reason. */
    attempts: positive.default(1),
    /** Share of the turns that is not shown what judges said: what their words gain is the difference. */
    control: fraction.default(0.5),
  })
  .prefault({});
