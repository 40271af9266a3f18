/**
 * The demo workspace made anew. It takes away what the stages wrote there and nothing else: reviews, sets,
 * an edited chain.toml and files that it does not know are a person's.
 */
import { createHash } from "node:crypto";
import type { Dirent } from "node:fs";
import { readFile, readdir, unlink } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { errorCode, UserError } from "../errors.ts";
import { onDisk } from "./disk-faults.ts";
import { lockWorkspace } from "./lock.ts";
import { writeWhole } from "./store.ts";
import { checkLinks } from "./workspace-links.ts";
import { makeFolder } from "./make-folder.ts";

export type Demo = {
  /** Absolute. */
  readonly root: string;
  /** What was kept that the sample does not have, a sentence each. */
  readonly notes: readonly string[];
};

/**
 * Makes demo/ ready for the stages.
 * @param project where sample/ is. @param root absolute; beside the sample unless told. @throws UserError while a stage runs in demo/, and for disk faults.
 */
export async function makeDemo(project = PROJECT, root = join(project, "demo")): Promise<Demo> {
  await onDisk(root, "write", () => makeFolder(root));
  await checkLinks(root);
  const unlock = await inDemo(project, () => lockWorkspace(root, "start"));
  try {
    for (const file of await ownFiles(root)) {
      await onDisk(file, "remove", () => unlink(file));
    }
    return { root, notes: await settingsOf(project, root) };
  } finally {
    await unlock();
  }
}

/**
 * Keeps other starts out of demo/ until the returned function is called: the stages of one, each with a lock of
 * its own, leave gaps in which another would take their files away.
 * @throws UserError while another start works there
 */
export async function holdDemo(
  project = PROJECT,
  root = join(project, "demo"),
): Promise<() => Promise<void>> {
  await onDisk(root, "write", () => makeFolder(root));
  return inDemo(project, () => lockWorkspace(root, "start", ".start.lock"));
}

// ---------------------------------------------------------------------------------------------

/** There is no --root to name another folder with. */
async function inDemo<T>(project: string, lock: () => Promise<T>): Promise<T> {
  return lock().catch((error: unknown) => {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(
      error.message,
      `start works in demo/ of the folder you stand in: wait until the other has ended, stop it, or stand in another folder (from a checkout: npm --prefix ${project} start)`,
      { cause: error },
    );
  });
}

export const PROJECT = fileURLToPath(new URL("../../", import.meta.url));

/** What stages write, by folder: names that they give, and no others. */
const OWN: Readonly<Record<string, RegExp>> = {
  prompt: /^prompts_\d+_\d+\.json$/,
  commit: /\.json$/,
  "commit/future": /\.json$/,
  answer: /^prompts_\d+_\d+_\d+(?:\.r\d+)?\.json$|^\.(?:replies|facts)\.jsonl$/,
  score: /^prompts_\d+_\d+_\d+(?:\.r\d+)?\.json$|^_duel\.json$|^\.facts\.jsonl$/,
  final: /^prompts_\d+_\d+_\d+(?:\.r\d+)?\.json$/,
  refined: /^prompts_\d+_\d+_\d+(?:\.r\d+)?\.json$/,
  defeat: /^prompts_\d+_\d+_\d+(?:\.r\d+)?\.json$/,
  report: /^(?:report\.(?:md|html)|hugePR\.md|source\.json|run\.json|ledger\.jsonl|[a-z-]+\.svg)$/,
};
/** Recorded drops: report/tries/<stage>/<answer file>. */
const TRIES = ["report", "tries"] as const;

async function ownFiles(root: string): Promise<string[]> {
  const found: string[] = [];
  for (const [folder, names] of Object.entries(OWN)) {
    for (const entry of await entriesOf(join(root, folder))) {
      if (entry.isFile() && names.test(entry.name)) found.push(join(root, folder, entry.name));
    }
  }
  const tries = join(root, ...TRIES);
  for (const stage of await entriesOf(tries)) {
    if (!stage.isDirectory()) continue;
    for (const entry of await entriesOf(join(tries, stage.name))) {
      if (entry.isFile() && entry.name.endsWith(".json")) {
        found.push(join(tries, stage.name, entry.name));
      }
    }
  }
  return found;
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  return onDisk(folder, "read", () =>
    readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
      if (errorCode(error) === "ENOENT") return [];
      throw error;
    }),
  );
}

/** The sample's chain.toml, unless the one that is there is not what an earlier start wrote. */
async function settingsOf(project: string, root: string): Promise<string[]> {
  const path = join(root, "chain.toml");
  const mark = join(root, "report", ".started");
  const sample = sampleFrom(
    root,
    project,
    (await textOf(join(project, "sample/chain.toml"))) ?? "",
  );
  const there = await textOf(path);
  const isOurs = there === null || there === sample || hashOf(there) === (await textOf(mark));
  if (!isOurs) return ["demo/chain.toml was edited: it is kept, and the stages go by it"];
  if (there !== sample) await writeWhole(path, sample);
  await onDisk(mark, "write", () => makeFolder(dirname(mark)));
  await writeWhole(mark, hashOf(sample));
  return [];
}

/** Its paths, which start at a demo beside the sample, from where this demo is. */
function sampleFrom(root: string, project: string, text: string): string {
  const there = relative(root, join(project, "sample")).split(sep).join("/");
  return text.replaceAll('"../sample', () => `"${there}`);
}

const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex");

/** null when it is not there. */
async function textOf(path: string): Promise<string | null> {
  return onDisk(path, "read", () =>
    readFile(path, "utf8").catch((error: unknown) => {
      if (errorCode(error) === "ENOENT") return null;
      throw error;
    }),
  );
}
