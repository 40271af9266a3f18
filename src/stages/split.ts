/**
 * Split: makes several ordinary workspaces of one, each with a share of the prompt files, their commits
 * and its part of what is left of the budget. No stage knows of it; merge brings them together again.
 */
import type { Config } from "../config.ts";
import { UserError } from "../errors.ts";
import { listAnswers } from "../io/answers.ts";
import { listPromptFiles } from "../io/prompt-list.ts";
import { dealByHash, partFolder, writePart, type Part } from "../io/split.ts";
import type { Store } from "../io/store.ts";
import { spentIn } from "../io/spent-in.ts";

export type SplitOptions = {
  /** How many workspaces. */
  readonly count: number;
  /** Where the workspaces are made, absolute; each is named after the one that is split. */
  readonly to: string;
};

/** The workspaces that were made, in order. */
export async function split(
  config: Config,
  store: Store,
  { count, to }: SplitOptions,
): Promise<readonly Part[]> {
  const files = await listPromptFiles(store);
  await check(store, files, count);
  const spent = await spentIn(store);
  const parts: Part[] = [];
  for (const [index, own] of dealByHash(files, count).entries()) {
    const root = partFolder(config.root, to, index + 1);
    parts.push(await writePart(config, store, { root, files: own, count, spent }));
  }
  return parts;
}

// ---------------------------------------------------------------------------------------------

async function check(store: Store, files: readonly string[], count: number): Promise<void> {
  if (files.length === 0) {
    throw new UserError("split: prompt/ holds no prompts", "run `npm run stage:prompt` first");
  }
  if (count > files.length) {
    throw new UserError(
      `split: ${count} workspaces of ${files.length} prompt files: a file goes to one of them`,
      `name at most ${files.length}`,
    );
  }
  const [answer] = await listAnswers(store);
  if (answer === undefined) return;
  throw new UserError(
    `split: the workspace has answers already (${answer.path})`,
    "split before `npm run stage:king`, or copy chain.toml, prompt/ and commit/ alone to a new folder and split that",
  );
}
