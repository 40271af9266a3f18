/** The judged turns of a workspace as files: which there are, and what is read of each. */
import { isWanted } from "../io/answers.ts";
import type { Store } from "../io/store.ts";
import { UserError } from "../errors.ts";
import { firstName, isRefinedName } from "../records/refined.ts";
import { BUCKETS } from "../records/exported.ts";
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
    "run npm run stage:report first: it sorts the judged turns into these folders",
  );
}

/** Everything that is read of the turns, absolute. */
export function* readTurnFiles(store: Store, turns: readonly TurnFile[]): Generator<string> {
  for (const { bucket, name } of turns) {
    for (const folder of [bucket, "score", "review"]) yield store.path(folder, name);
  }
}
