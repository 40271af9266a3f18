/** Numbers and names as sections need them. */
import { z } from "zod";

export const positive = z.int().min(1);
/** 0 is allowed, and mostly means "no limit". */
export const count = z.int().min(0);
export const fraction = z.number().min(0).max(1);
export const percent = z.number().min(0).max(100);
/** 0..2; "default" leaves it out of the request. */
export const temperature = z.union([z.number().min(0).max(2), z.literal("default")]);
export const name = z.string().min(1);
