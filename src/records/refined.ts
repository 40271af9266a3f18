/**
 * Refined answers: a second answer to a turn, in files of its own beside the first one's. Their names, and
 * what they say of where they come from.
 */
import { z } from "zod";

/** In answer/<stem>.r1.json. */
export const refinedFromSchema = z.looseObject({
  /** The first answer's file, in answer/ and score/. */
  file: z.string(),
  /** Of the first pair, as its score file has it. */
  pair_hash: z.string(),
  /** The first answer's score as it was then, 0..100. */
  score: z.number().nullable(),
  /** false: of the control, which was not shown what judges said. */
  reasons: z.boolean(),
});
export type RefinedFrom = Readonly<z.infer<typeof refinedFromSchema>>;

const REFINED = /\.r\d+\.json$/;

/** "prompts_24_001_3.r1.json": not an answer of its own, but another one to the turn of the first. */
export const isRefinedName = (name: string): boolean => REFINED.test(name);

/** "prompts_24_001_3.json" -> "prompts_24_001_3.r1.json". */
export const refinedName = (first: string): string => first.replace(/\.json$/, ".r1.json");

/** "prompts_24_001_3.r1.json" -> "prompts_24_001_3.json". */
export const firstName = (name: string): string => name.replace(REFINED, ".json");
