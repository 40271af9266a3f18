/** [king]: who answers blind. */
import { z } from "zod";
import { answerer } from "./answerer.ts";

export const kingSection = z.strictObject(answerer).prefault({});
