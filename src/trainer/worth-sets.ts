/** The sets of `worth`: an arm's train file each, and the held-out turns. */
import type { Config } from "../config.ts";
import { referenceOf } from "../core/training/answers.ts";
import { ARMS, type WorthSplit, type WorthTurn } from "../core/worth/arms.ts";
import { matchedBuckets } from "../core/worth/match.ts";
import type { Store } from "../io/store.ts";
import { SETS, writeArm } from "./worth-arms.ts";

/** Every arm's train file, and the held-out turns: with the reference's answer, with the challenger's. */
export async function writeSets(
  config: Config,
  store: Store,
  { train, held }: WorthSplit,
  options: { readonly arms: readonly string[]; readonly buckets: boolean },
): Promise<{ arms: Record<string, number>; left: Record<string, number> }> {
  const arms: Record<string, number> = {};
  const put = async (name: string, turns: readonly WorthTurn[], answer: keyof typeof ANSWERS) => {
    arms[name] = turns.length;
    const rows = turns.map(({ examples }) => examples[answer]);
    await writeArm(config, store, `${SETS}/${name}/train.jsonl`, rows);
  };
  for (const arm of ARMS) if (options.arms.includes(arm)) await put(arm, train, arm);
  const left = options.buckets ? await writeBuckets(train, put) : {};
  const heldRows = (answer: "reference" | "challenger") => held.map((one) => one.examples[answer]);
  await writeArm(config, store, `${SETS}/held/test.jsonl`, heldRows("reference"));
  await writeArm(config, store, `${SETS}/own/test.jsonl`, heldRows("challenger"));
  return { arms, left };
}

// ---------------------------------------------------------------------------------------------

const ANSWERS = { reference: true, king: true, challenger: true, winner: true } as const;

/** Arms by bucket learn the challenger's answers to matched turns; gives the turns without a match. */
async function writeBuckets(
  train: readonly WorthTurn[],
  put: (name: string, turns: readonly WorthTurn[], answer: "challenger") => Promise<void>,
): Promise<Record<string, number>> {
  const byId = new Map(train.map((one) => [one.id, one]));
  const { arms, left } = matchedBuckets(
    train.map(({ id, bucket, repo, turn, length, examples }) => {
      const { prompt, ...example } = examples.reference;
      const completion = example.kind === "sft" ? example.answer : "";
      return {
        id,
        bucket,
        repo,
        turn,
        length,
        action: referenceOf({ prompt, completion }).action_type,
      };
    }),
  );
  for (const [bucket, ids] of Object.entries(arms)) {
    if (ids.length > 0)
      await put(
        bucket,
        ids.flatMap((id) => byId.get(id) ?? []),
        "challenger",
      );
  }
  return left;
}
