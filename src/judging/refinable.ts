/** Which turns get a second answer: those in refined/, and those that have begun to get one. */
import { z } from "zod";
import type { Config } from "../config.ts";
import { drawControl } from "../core/refine/arms.ts";
import { decide } from "../core/report/person.ts";
import type { Deps } from "../deps.ts";
import { listRefined, type AnswerFile } from "../io/answers.ts";
import { keyOver, openFacts, type FactKind, type Facts } from "../io/facts/facts.ts";
import { answerSchema } from "../records/answer.ts";
import { firstName, refinedFromSchema, refinedName, type RefinedFrom } from "../records/refined.ts";
import { reviewSchema } from "../records/review.ts";
import { scoreSchema } from "../records/score.ts";
import type { StageOptions } from "../work.ts";
import { scorePath } from "./asking.ts";

export type Refinable = {
  /** The first answer's file, and the second one's. */
  readonly first: AnswerFile;
  readonly second: AnswerFile;
  readonly from: RefinedFrom;
  /** The second answer's file is there. */
  readonly isBegun: boolean;
};

/** Cut down by --only and --limit; the halves are drawn among all new turns of this run. */
export async function listRefinable(
  config: Config,
  { store, rng }: Pick<Deps, "store" | "rng">,
  { only, limit }: StageOptions,
  answers: readonly AnswerFile[],
  facts: Facts = openFacts(store, [BORDERLINE]),
): Promise<Refinable[]> {
  const begun = new Map<string, { file: AnswerFile; from: RefinedFrom }>();
  for (const file of await listRefined(store)) {
    const { refined_from } = await store.read(file.path, answerSchema);
    if (refined_from !== undefined) begun.set(firstName(file.name), { file, from: refined_from });
  }
  const found: Refinable[] = [];
  const settings = keyOver([config.bucket, config.duel.mode, config.source.exclude_ids]);
  const look = (name: string): Promise<RefinedFrom | null> =>
    remembered(facts, name, settings, () => borderline(config, store, name));
  for (const first of answers) {
    if (found.length === (limit ?? Infinity)) break;
    const there = begun.get(first.name);
    const second = there?.file ?? secondOf(first);
    const from = there?.from ?? (await look(first.name));
    if (from !== null) found.push({ first, second, from, isBegun: there !== undefined });
  }
  const fresh = found.filter(({ isBegun }) => !isBegun).map(({ second }) => second.name);
  const assigned = [...begun.values()];
  const control = drawControl(
    fresh,
    { all: assigned.length, control: assigned.filter(({ from }) => !from.reasons).length },
    config.refine.control,
    rng(`refine/${assigned.length}/${only ?? ""}`),
  );
  return found.map((turn) =>
    turn.isBegun || !control.has(turn.second.name)
      ? turn
      : { ...turn, from: { ...turn.from, reasons: false } },
  );
}

// ---------------------------------------------------------------------------------------------

/** What a look at score and review came to; hash by hash. */
export const BORDERLINE: FactKind<{ from: RefinedFrom | null }> = {
  name: "borderline",
  folder: "score",
  schema: z.object({ from: refinedFromSchema.nullable() }),
};

async function remembered(
  facts: Facts,
  name: string,
  settings: string,
  look: () => Promise<RefinedFrom | null>,
): Promise<RefinedFrom | null> {
  const key = [settings, await facts.hash(scorePath(name)), await facts.hash(`review/${name}`)];
  const known = facts.known(BORDERLINE, name, key.join("."));
  if (known !== null) return known.from;
  const from = await look();
  facts.keep(BORDERLINE, name, key.join("."), { from });
  return from;
}

/** From a turn in refined/, by the panel's score or a person's word; null: it is in none or another. */
async function borderline(
  config: Config,
  store: Deps["store"],
  name: string,
): Promise<RefinedFrom | null> {
  const score = await store.readIfThere(scorePath(name), scoreSchema);
  if (score === null || score.mode !== config.duel.mode || score.disqualified !== null) return null;
  if (config.source.exclude_ids.includes(score.instance_id)) return null;
  const review = await store.readIfThere(`review/${name}`, reviewSchema);
  if (decide(score, review, config.bucket)?.bucket !== "refined") return null;
  return { file: name, pair_hash: score.pair_hash ?? "", score: score.score, reasons: true };
}

const secondOf = ({ name, path }: AnswerFile): AnswerFile => ({
  name: refinedName(name),
  path: refinedName(path),
});
