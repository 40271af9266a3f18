/**
 * Turns that are judged to the end, or have nothing to judge, remembered as such: a run that has nothing to ask
 * of them need not open them. Bound to answer, score file and every setting that decides what is asked.
 */
import { z } from "zod";
import type { Config } from "../config.ts";
import type { DuelRules } from "../core/duel/rules.ts";
import type { AnswerFile } from "../io/answers.ts";
import { keyOver, type FactKind, type Facts } from "../io/facts/facts.ts";

const settledSchema = z.union([
  z.object({ parsed: z.boolean() }),
  /** Why there is no challenger; null: it is still to come. */
  z.object({ absent: z.string().nullable() }),
]);
export type Settled = Readonly<z.infer<typeof settledSchema>>;

export const SETTLED: FactKind<Settled> = {
  name: "settled",
  folder: "score",
  schema: settledSchema,
};

/** What of the settings decides whether a turn has anything to ask. */
export function settledBy(config: Config, rules: DuelRules): string {
  const { judge, source } = config;
  return keyOver([{ ...rules, rng: null }, judge.with, source.seed, source.exclude_ids]);
}

/** What is remembered of a turn; null: it has to be opened. */
export async function settledTurn(
  facts: Facts,
  settings: string,
  file: AnswerFile,
): Promise<Settled | null> {
  if (!facts.has(SETTLED, file.name)) return null;
  return facts.known(SETTLED, file.name, await keyOf(facts, settings, file));
}

/** To be called when both files are as they will stay. */
export async function keepSettled(
  facts: Facts,
  settings: string,
  file: AnswerFile,
  settled: Settled,
): Promise<void> {
  facts.keep(SETTLED, file.name, await keyOf(facts, settings, file), settled);
}

// ---------------------------------------------------------------------------------------------

async function keyOf(facts: Facts, settings: string, { name, path }: AnswerFile): Promise<string> {
  return [settings, await facts.hash(path), await facts.hash(`score/${name}`)].join(".");
}
