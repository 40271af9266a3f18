/** Turns whose answer was broken since they were sorted: what lies in the buckets is of an answer that nobody knows. */
import { z } from "zod";
import { listAnswers, listRefined } from "../io/answers.ts";
import { unlessBroken } from "../io/broken-file.ts";
import { openFacts, type FactKind } from "../io/facts/facts.ts";
import type { Store } from "../io/store.ts";
import { answerSchema } from "../records/answer.ts";
import type { TurnFile } from "./judged-turns.ts";

/** Of these turns: name -> the answer's path. A turn without an answer file is none of them. */
export async function brokenAnswers(
  store: Store,
  turns: readonly TurnFile[],
): Promise<ReadonlyMap<string, string>> {
  const names = new Set(turns.map(({ name }) => name));
  const facts = openFacts(store, [READABLE]);
  const answers = [...(await listAnswers(store)), ...(await listRefined(store))];
  const broken = new Map<string, string>();
  const files = new Set<string>();
  for (const { name, path } of answers) {
    if (!names.has(name)) continue;
    const read = await unlessBroken(files, () =>
      facts.of(READABLE, path, answerSchema, () => true as const),
    );
    if (read === null) broken.set(name, path);
  }
  // A disk that takes none is no reason not to export.
  await facts.save();
  return broken;
}

// ---------------------------------------------------------------------------------------------

/** An answer that was read whole once need not be again before it changes. */
const READABLE: FactKind<true> = { name: "readable", folder: "answer", schema: z.literal(true) };
