/**
 * Finding answer files: `answer/`, and `answer_0/`, `answer_1/` ... where work was spread over
 * several folders.
 */
import { readdir } from "node:fs/promises";
import picomatch from "picomatch";
import { UserError } from "../errors.ts";
import { firstName, isRefinedName } from "../records/refined.ts";
import type { StageOptions } from "../work.ts";
import { sortedByNumber } from "./by-number.ts";
import { onDisk } from "./disk-faults.ts";
import { safeName } from "./file-names.ts";
import type { Store } from "./store.ts";

export type AnswerFile = {
  /** "prompts_24_001_3.json": the name in score/, final/ ... as well. */
  readonly name: string;
  /** Relative to the workspace: "answer/prompts_24_001_3.json". */
  readonly path: string;
};

/**
 * All answer files but refined ones, sorted by name (numbers by value), cut down by --only and --limit.
 * @throws UserError when the same stem is in two folders, or --only matches none of those that are there.
 */
export function listAnswers(
  store: Store,
  options: Pick<StageOptions, "only" | "limit"> = {},
): Promise<AnswerFile[]> {
  return listFiles(store, options, (name) => !isRefinedName(name), true);
}

/** Refined answers alone; --only is held against the first answer's stem. */
export function listRefined(
  store: Store,
  options: Pick<StageOptions, "only" | "limit"> = {},
): Promise<AnswerFile[]> {
  return listFiles(store, options, isRefinedName, false);
}

/** True when --only is not given or matches the stem of the file name. */
export function isWanted(name: string, options: Pick<StageOptions, "only">): boolean {
  return options.only === undefined || picomatch.isMatch(name.replace(/\.json$/, ""), options.only);
}

/** What a --only that names nothing is told; a stage that does nothing must not look like one that is done. */
export function noMatch(
  { only = "" }: Pick<StageOptions, "only">,
  of: number,
  what: string,
): UserError {
  return new UserError(
    `--only ${only} matches none of ${of} ${what}${of === 1 ? "" : "s"}`,
    "give a glob of answer file names without .json, for example --only 'prompts_24_001_*'",
  );
}

/** commit/<instance_id>.json; whatever could leave the folder or a file system refuses is encoded. */
export function commitPath(instanceId: string): string {
  return `commit/${safeName(instanceId)}.json`;
}

// ---------------------------------------------------------------------------------------------

async function listFiles(
  store: Store,
  options: Pick<StageOptions, "only" | "limit">,
  isOfKind: (name: string) => boolean,
  isNeeded: boolean,
): Promise<AnswerFile[]> {
  const seen = new Map<string, string>();
  for (const folder of await answerFolders(store)) {
    for (const name of await store.list(folder)) {
      if (!name.endsWith(".json") || !isOfKind(name)) continue;
      const other = seen.get(name);
      if (other !== undefined) {
        throw new UserError(
          `${name} is in ${other}/ and in ${folder}/`,
          "keep one of the two: which one is meant cannot be known",
        );
      }
      seen.set(name, folder);
    }
  }
  const names = sortedByNumber(
    [...seen.keys()].filter((name) => isWanted(firstName(name), options)),
  );
  if (names.length === 0 && seen.size > 0 && isNeeded)
    throw noMatch(options, seen.size, "answer file");
  return names
    .slice(0, options.limit ?? names.length)
    .map((name) => ({ name, path: `${seen.get(name) ?? "answer"}/${name}` }));
}

/** `answer`, `answer_0` ...: those that are there. */
export async function answerFolders(store: Store): Promise<string[]> {
  const names = await onDisk(store.root, "read", () => readdir(store.root));
  return sortedByNumber(names.filter((name) => /^answer(_\d+)?$/.test(name)));
}
