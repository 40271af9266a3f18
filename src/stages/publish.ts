/**
 * stage:publish: a finished set goes to the Hub. A dry run unless `push`; the set is looked through
 * for secrets either way, and card and splits go up in one commit.
 */
import { resolve, basename, join } from "node:path";
import type { Config } from "../config.ts";
import {
  planLines,
  refuseOneRepo,
  refuseSecrets,
  repoName,
  staleFiles,
  type SecretFound,
} from "../core/dataset/publish.ts";
import {
  checkCard,
  checkShares,
  isDataFile,
  lineCheck,
  type SetSays,
} from "../core/dataset/publish-checks.ts";
import { ACTION_SETS } from "../core/actions/sets.ts";
import { countHomePaths, homePathsNote } from "../core/secrets/home.ts";
import { maskSecrets } from "../core/secrets/mask.ts";
import { UserError } from "../errors.ts";
import { notePublished } from "../io/published.ts";
import { hasSet, scanTexts, setFiles, type SetFile } from "../io/dataset/set-files.ts";
import { repoContent, uploadDataset } from "../io/hub/upload.ts";
import type { StageOptions, StageSummary } from "../work.ts";

export type PublishOptions = StageOptions & {
  /** The set's folder, relative to the workspace. */
  readonly folder: string;
  readonly repo?: string;
  readonly push?: boolean;
  readonly public?: boolean;
};

export type PublishSetsOptions = Omit<PublishOptions, "folder"> & {
  /** Relative to the workspace; [] for the three sets of stage:actions, those that are there. */
  readonly folders: readonly string[];
  /** Owner of the repositories, each named as its folder; default [dataset].hub_org. */
  readonly hubOrg?: string;
};

/**
 * Several sets in one go: all of them are looked through and planned before the first is sent.
 * @throws UserError as `publish`, and for no folder at all.
 */
export async function publishSets(
  config: Config,
  { folders, hubOrg, ...options }: PublishSetsOptions,
): Promise<StageSummary> {
  const org = hubOrg ?? config.dataset.hub_org;
  const owned: Config = {
    ...config,
    dataset: { ...config.dataset, ...(org === undefined ? {} : { hub_org: org }) },
  };
  const sets = folders.length > 0 ? folders : await actionSets(config.root, org);
  refuseOneRepo(sets, options.repo);
  const plans: StageSummary[] = [];
  for (const folder of sets) {
    plans.push(await publish(owned, { ...options, folder, push: false }));
  }
  if (options.push !== true) return together(plans);
  const sent: StageSummary[] = [];
  for (const folder of sets) sent.push(await publish(owned, { ...options, folder }));
  return together(sent);
}

/**
 * @throws UserError for a folder that holds no whole set, for secrets in it, for a missing token, and
 *   for what the Hub refuses.
 */
export async function publish(config: Config, options: PublishOptions): Promise<StageSummary> {
  const folder = resolve(config.root, options.folder);
  const repo = repoName(options.repo, config.dataset.hub_org, basename(folder));
  const { files, notes } = await checkedFiles(folder);
  const { found, homePaths } = await lookThrough(files);
  refuseSecrets(found);
  const homes = homePaths === 0 ? [] : [homePathsNote(homePaths, "the set")];
  const isPublic = options.public ?? false;
  const endpoint = (config.env["HF_ENDPOINT"] || "https://huggingface.co").replace(/\/+$/, "");
  const names = files.map(({ name }) => name);
  if (options.push !== true) {
    const { stale, notes: lookedUp } = await lookUp(
      { endpoint, token: givenToken(config), repo },
      names,
    );
    return summaryOf(files, [
      ...planLines({ repo, isPublic, endpoint, files, stale }),
      ...homes,
      ...notes,
      ...lookedUp,
      "dry run: nothing was sent; add --push to send it",
    ]);
  }
  const token = tokenOf(config);
  const there = await repoContent({ endpoint, token, repo });
  const stale = staleFiles(there.names, there.stats, names);
  const plan = planLines({ repo, isPublic, endpoint, files, stale });
  const sent = await uploadDataset({
    endpoint,
    token,
    repo,
    remove: stale,
    isPublic,
    title: `Upload ${basename(folder)}`,
    files: files.map(({ name }) => ({ name, path: join(folder, name) })),
  });
  await notePublished(config.root, { repo, endpoint, folder: options.folder, commit: sent.oid });
  return summaryOf(files, [
    ...plan,
    ...homes,
    ...notes,
    `${sent.isNew ? "created the repository, " : ""}committed ${sent.oid}: ${sent.url}`,
  ]);
}

// ---------------------------------------------------------------------------------------------

/** The files of the set, looked at as loaders would. */
async function checkedFiles(
  folder: string,
): Promise<{ readonly files: readonly SetFile[]; readonly notes: readonly string[] }> {
  const { files, says, card } = await setFiles(folder, (name, set) =>
    lineCheck(name, set as SetSays),
  );
  checkShares(says as SetSays);
  const data = files.map(({ name }) => name).filter((name) => isDataFile(name));
  return { files, notes: checkCard(card, data, says as SetSays) };
}

/** The sets of stage:actions that are there. */
async function actionSets(root: string, org: string | undefined): Promise<string[]> {
  const there: string[] = [];
  for (const name of Object.values(ACTION_SETS)) {
    if (org !== undefined && (await hasSet(join(root, "dataset", name)))) {
      there.push(`dataset/${name}`);
    }
  }
  if (there.length > 0) return there;
  throw new UserError(
    org === undefined
      ? "publish: no folder was named"
      : "publish: no folder was named, and there are no sets of stage:actions in dataset/",
    "name a set's folder, for example dataset/export; or make the three sets of stage:actions, which --hub-org ORG publishes in one go",
  );
}

function together(parts: readonly StageSummary[]): StageSummary {
  const [first, ...rest] = parts;
  if (first === undefined || rest.length === 0) return first ?? summaryOf([], []);
  const read = parts.reduce((sum, part) => sum + part.read, 0);
  return { ...first, read, kept: read, notes: parts.flatMap(({ notes }) => notes) };
}

/** What a push would delete. A dry run is of use without a token and without a network too. */
async function lookUp(
  at: { readonly endpoint: string; readonly token: string; readonly repo: string },
  names: readonly string[],
): Promise<{ readonly stale: readonly string[]; readonly notes: readonly string[] }> {
  if (at.token === "") {
    return { stale: [], notes: ["no token: what an older upload left there was not looked up"] };
  }
  try {
    const there = await repoContent(at);
    return { stale: staleFiles(there.names, there.stats, names), notes: [] };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const note = `what an older upload left there could not be looked up: ${error.message}`;
    return { stale: [], notes: [note] };
  }
}

async function lookThrough(
  files: readonly SetFile[],
): Promise<{ readonly found: readonly SecretFound[]; readonly homePaths: number }> {
  const found: SecretFound[] = [];
  let homePaths = 0;
  for (const file of files) {
    for await (const part of scanTexts(file)) {
      for (const { text } of part) homePaths += countHomePaths(text);
      const whole = await maskSecrets(part.map(({ text }) => text).join("\n"));
      if (Object.keys(whole.found).length === 0) continue;
      const before = found.length;
      for (const { line, text } of part) {
        const kinds = Object.keys((await maskSecrets(text)).found);
        if (kinds.length > 0) found.push({ file: file.name, line, kinds });
      }
      // A key may reach over several lines.
      const kinds = Object.keys(whole.found);
      if (found.length === before) found.push({ file: file.name, line: part[0]?.line ?? 1, kinds });
    }
  }
  return { found, homePaths };
}

const givenToken = ({ env }: Config): string => env["HF_TOKEN"] || env["HUGGINGFACE_API_KEY"] || "";

function tokenOf(config: Config): string {
  const token = givenToken(config);
  if (token.startsWith("hf_")) return token;
  throw new UserError(
    token === ""
      ? "publish: no token: HF_TOKEN and HUGGINGFACE_API_KEY are not set"
      : "publish: the token in HF_TOKEN or HUGGINGFACE_API_KEY does not start with hf_",
    "make one with write access at https://huggingface.co/settings/tokens and put it into .env as HF_TOKEN=hf_...",
  );
}

function summaryOf(files: readonly SetFile[], notes: readonly string[]): StageSummary {
  return {
    stage: "publish",
    read: files.length,
    kept: files.length,
    dropped: {},
    pending: 0,
    asked: 0,
    notes,
    stopped: null,
  };
}
