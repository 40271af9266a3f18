/** Turns whose answer was broken since they were sorted: what lies in the buckets is of an answer that nobody knows. */
import { answerStateOf } from "../io/answer-state.ts";
import { listAnswers, listRefined } from "../io/answers.ts";
import { unlessBroken } from "../io/broken-file.ts";
import type { Facts } from "../io/facts/facts.ts";
import type { Store } from "../io/store.ts";
import type { TurnFile } from "./judged-turns.ts";

/**
 * Of these turns: name -> the answer's path. A turn without an answer file is none of them.
 * @param facts opened for ANSWER_STATE: an answer that was read whole once need not be again before it changes
 */
export async function brokenAnswers(
  store: Store,
  facts: Facts,
  turns: readonly TurnFile[],
): Promise<ReadonlyMap<string, string>> {
  const names = new Set(turns.map(({ name }) => name));
  const answers = [...(await listAnswers(store)), ...(await listRefined(store))];
  const broken = new Map<string, string>();
  const files = new Set<string>();
  for (const { name, path } of answers) {
    if (!names.has(name)) continue;
    const read = await unlessBroken(files, () => answerStateOf(facts, path));
    if (read === null) broken.set(name, path);
  }
  // A set that was made of the same is not made again; what was learned stays, where the disk takes it.
  await facts.save();
  return broken;
}
