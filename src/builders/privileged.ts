/** What only a teacher may see of a judged turn, read where it lies. */
import type { Config } from "../config.ts";
import type { Privilege } from "../core/dataset/format-names.ts";
import { judgesWords } from "../core/dataset/privileged.ts";
import type { JudgedTurn } from "../core/dataset/export.ts";
import { hiddenText } from "../core/turn/challenger-prompt.ts";
import { readHiddenOf } from "../io/hidden.ts";
import type { Store } from "../io/store.ts";
import { scoreSchema } from "../records/score.ts";

/** "" where there is none: the row is then a drop (`nothing_privileged`). */
export async function privilegedText(
  config: Config,
  store: Store,
  { file, exported, score }: JudgedTurn,
  what: Privilege,
): Promise<string> {
  if (what === "reasons") {
    // What led to a refined answer was said of the one before it.
    const { refined_from: first } = exported;
    const before =
      first === undefined ? score : await store.readIfThere(`score/${first}`, scoreSchema);
    return judgesWords(before);
  }
  const turn = { name: file, instance_id: exported.instance_id };
  const record = await readHiddenOf(store, turn, what);
  return record === null ? "" : hiddenText(record, config.challenger.pr_chars);
}
