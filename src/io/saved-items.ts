/** Whether a stage has saved what it made of a reply: such a reply is not kept in the journal any more. */
import { answerSchema } from "../records/answer.ts";
import { scoreSchema } from "../records/score.ts";
import { triesSchema } from "../records/tries.ts";
import { listAnswers, listRefined } from "./answers.ts";
import type { Store } from "./store.ts";

/** A test of keys; the answer files are listed once. */
export async function savedItems(store: Store): Promise<(key: string) => Promise<boolean>> {
  const files = [...(await listAnswers(store)), ...(await listRefined(store))];
  const answers = new Map(files.map(({ name, path }) => [name, path]));
  return async (key) => {
    const [stage = "", name = "", ...rest] = key.split("/");
    const attempt = Number(rest.at(-1));
    const path = answers.get(name);
    if (stage === "king") {
      if (path !== undefined) return true;
      const tries = await store.readIfThere(`report/tries/king/${name}`, triesSchema);
      return (tries?.tries.length ?? 0) >= attempt;
    }
    if ((stage === "challenger" || stage === "refine") && path !== undefined) {
      const { challenger_tries = [], challenger_run } = await store.read(path, answerSchema);
      return challenger_run !== undefined || challenger_tries.length >= attempt;
    }
    if (stage === "validate") {
      const score = await store.readIfThere(`score/${name}`, scoreSchema);
      const model = rest.slice(0, -2).join("/");
      const order = rest.at(-2);
      return (score?.judges ?? []).some(
        (one) => one.model === model && one.order === order && one.attempt === attempt,
      );
    }
    return false;
  };
}
