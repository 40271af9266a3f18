/** The judged turns of a workspace as files: which there are, and what is read of each. */
import { isWanted } from "../io/answers.ts";
import type { Store } from "../io/store.ts";
import { UserError } from "../errors.ts";
import { firstName, isRefinedName } from "../records/refined.ts";
import { BUCKETS } from "../records/exported.ts";
import { scoreSchema } from "../records/score.ts";
import type { StageOptions } from "../work.ts";
import type { TurnFile } from "./judged-turns.ts";

/** A whole run has one answer a turn: second ones stand in no row of it. @throws UserError when there are none. */
export async function judgedFiles(
  store: Store,
  options: StageOptions & { readonly refined?: boolean; readonly unit?: "turn" | "run" },
): Promise<readonly TurnFile[]> {
  const turns: TurnFile[] = [];
  for (const bucket of BUCKETS) {
    for (const name of await store.list(bucket)) {
      const isOut = (options.refined === false || options.unit === "run") && isRefinedName(name);
      if (name.endsWith(".json") && !isOut && isWanted(firstName(name), options)) {
        turns.push({ bucket, name });
      }
    }
  }
  if (turns.length > 0) return turns.slice(0, options.limit ?? turns.length);
  throw new UserError(
    "export: there are no judged turns in final/, refined/ and defeat/",
    (await hasScored(store))
      ? "run npm run stage:report first: it sorts the judged turns into these folders"
      : "no turn has a score yet: run npm run stage:validate, then stage:report, which sorts the judged turns into these folders",
  );
}

/** Whether there is anything that the report would sort: what waits for verdicts is in no folder of its. */
async function hasScored(store: Store): Promise<boolean> {
  for (const name of await store.list("score")) {
    if (!name.endsWith(".json") || name.startsWith("_")) continue;
    const found = await store.readIfThere(`score/${name}`, scoreSchema);
    if (found !== null && (found.score !== null || found.disqualified !== null)) return true;
  }
  return false;
}

/** Everything that is read of the turns, absolute. */
export function* readTurnFiles(store: Store, turns: readonly TurnFile[]): Generator<string> {
  for (const { bucket, name } of turns) {
    for (const folder of [bucket, "score", "review"]) yield store.path(folder, name);
  }
}
