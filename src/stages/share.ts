/**
 * A copy of the viewer's pages in files: opens from a disk or from any host, has secrets masked and nothing
 * of what the pull request hid. The copy says which files are its own; nothing else in a folder is touched.
 */
import { z } from "zod";
import type { Config } from "../config.ts";
import { makeMasker, type Masker } from "../core/exit/masker.ts";
import { makeTally, type Tally } from "../core/tally.ts";
import { UserError } from "../errors.ts";
import { unlessBroken } from "../io/broken-file.ts";
import { listAnswers, type AnswerFile } from "../io/answers.ts";
import { unreadNotes } from "../core/report/unread.ts";
import type { Store } from "../io/store.ts";
import { sweepEnded } from "../io/sweep.ts";
import { isLink, isOurs } from "../io/workspace-links.ts";
import { writeChanged } from "../io/write-changed.ts";
import { answerSchema } from "../records/answer.ts";
import { LINEAGE, lineageSchema, type Lineage } from "../records/lineage.ts";
import { reviewSchema } from "../records/review.ts";
import { schemaField, SCHEMA } from "../records/schema.ts";
import { scoreSchema } from "../records/score.ts";
import { readAssets, SHARED_ASSETS } from "../viewer/assets.ts";
import { entryOf, type Entry } from "../viewer/entry.ts";
import { duelFile, isCopyPath } from "../viewer/links.ts";
import { openRunFacts } from "../viewer/run-facts.ts";
import { shareable, type SharedTurn } from "../viewer/shareable.ts";
import {
  copyNotes,
  duelPageOf,
  listPages,
  reignPages,
  reportPage,
  sharedOrder,
  type SharedPage,
  type SharedSite,
} from "../viewer/shared-site.ts";
import type { StageOptions, StageSummary } from "../work.ts";

export type ShareDeps = {
  readonly store: Store;
  /** The folder that is written. */
  readonly output: Store;
  /** How the run is called on the pages. */
  readonly name: string;
};

/** @throws UserError for no turn that matches, and for a folder that holds something else */
export async function share(
  config: Config,
  deps: ShareDeps,
  options: Pick<StageOptions, "only" | "limit">,
): Promise<StageSummary> {
  if (isOurs(deps.store.root, deps.output.root))
    throw new UserError(
      `share: ${deps.output.root} is a folder of the workspace's own`,
      "name another folder with --output",
    );
  const before = await ownFiles(deps.output);
  const answers = await listAnswers(deps.store, options);
  if (answers.length === 0)
    throw new UserError("share: there are no answers in answer/", "run npm run stage:king first");
  const round: Round = {
    config,
    deps,
    masker: makeMasker(config),
    tally: makeTally(),
    written: new Map(),
    broken: new Set(),
  };
  const { site, files } = await siteOf(round, answers);
  await mark(deps.output, new Set([...before, ...pathsOf(site)]));
  await writeSite(round, site, files);
  await clearOld(round, before);
  return round.tally.summary("share", null, notesOf(round));
}

// ---------------------------------------------------------------------------------------------

type Round = {
  readonly config: Config;
  readonly deps: ShareDeps;
  readonly masker: Masker;
  readonly tally: Tally;
  /** Path -> characters. */
  readonly written: Map<string, number>;
  /** Files that could not be read. */
  readonly broken: Set<string>;
};

type Left = "excluded_id" | "broken_file";

const MARK = "share.json";
/** Of a copy, below its own. */
const FOLDERS = ["duel", "assets"] as const;

const markSchema = z.looseObject({
  schema: schemaField,
  made_by: z.literal("kingmaker share"),
  files: z.array(z.string()),
});

/** What an earlier copy wrote there; [] for a folder that is new or empty. */
async function ownFiles(output: Store): Promise<readonly string[]> {
  const found = await output.readIfThere(MARK, markSchema);
  await checkFolders(output);
  if (found !== null) {
    // What a copy that was killed was writing.
    for (const folder of ["", ...FOLDERS]) await sweepEnded(output.path(folder));
    return found.files;
  }
  if ((await output.list("")).length === 0) return [];
  throw new UserError(
    `share: ${output.root} holds something else`,
    "name a folder that is new, empty, or holds an earlier copy, with --output",
  );
}

/** @throws UserError where pages would land, or be removed, elsewhere. */
async function checkFolders(output: Store): Promise<void> {
  for (const name of FOLDERS) {
    if (!(await isLink(output.path(name)))) continue;
    throw new UserError(
      `share: ${output.path(name)} is a link`,
      "remove the link, or name another folder with --output",
    );
  }
}

/** All entries, in memory; their texts are not kept. */
async function siteOf(
  round: Round,
  answers: readonly AnswerFile[],
): Promise<{ readonly site: SharedSite; readonly files: ReadonlyMap<string, AnswerFile> }> {
  const { config, deps, masker } = round;
  const entries: Entry[] = [];
  const files = new Map<string, AnswerFile>();
  for (const answer of answers) {
    const turn = await readTurn(round, answer);
    if (typeof turn === "string") {
      round.tally.dropped(turn);
      continue;
    }
    entries.push(entryIn(round, answer, turn));
    files.set(answer.name, answer);
    round.tally.kept();
  }
  const source = { name: deps.name, store: deps.store, config };
  const [facts] = await masker.mask([await openRunFacts(source)()]);
  if (facts === undefined) throw new Error("one record in, one out");
  const { mode, cluster_by } = config.duel;
  const lineage = await lineageOf(round);
  return { site: { entries, facts, rules: config.bucket, cluster_by, mode, lineage }, files };
}

/** Who reigned, masked; null: nobody has challenged. */
async function lineageOf({ deps: { store }, masker, broken }: Round): Promise<Lineage | null> {
  const lineage = await unlessBroken(broken, () => store.readIfThere(LINEAGE, lineageSchema));
  if (lineage === null || lineage.challenges.length === 0) return null;
  const [safe] = await masker.mask([lineage]);
  return safe ?? null;
}

/** The turn as it may be passed on, or why it is left out. */
async function readTurn(round: Round, { name, path }: AnswerFile): Promise<SharedTurn | Left> {
  const { config, masker } = round;
  const { store } = round.deps;
  const turn = await unlessBroken(round.broken, async () => {
    const answer = await store.read(path, answerSchema);
    if (config.source.exclude_ids.includes(answer.instance_id)) return "excluded_id" as const;
    const score = await store.readIfThere(`score/${name}`, scoreSchema);
    const review = await store.readIfThere(`review/${name}`, reviewSchema);
    return shareable(masker, { answer, score, review });
  });
  return turn ?? "broken_file";
}

function entryIn({ config }: Round, { name, path }: AnswerFile, turn: SharedTurn): Entry {
  const rules = { bucket: config.bucket, mode: config.duel.mode };
  return entryOf({ file: name, path, ...turn, broken: [] }, rules);
}

/** Every page and asset of the copy, before any is written. */
function pathsOf(site: SharedSite): string[] {
  const lists = listPages(site).map(({ path }) => path);
  const assets = SHARED_ASSETS.map((name) => `assets/${name}`);
  const duels = site.entries.map(({ file }) => duelFile(file));
  const reign = reignPages(site).map(({ path }) => path);
  return [...lists, ...duels, ...reign, ...assets, "report.html"];
}

async function mark(output: Store, files: ReadonlySet<string>): Promise<void> {
  await output.write(MARK, {
    schema: SCHEMA,
    made_by: "kingmaker share",
    files: [...files].sort(),
  });
}

async function writeSite(
  round: Round,
  site: SharedSite,
  files: ReadonlyMap<string, AnswerFile>,
): Promise<void> {
  const order = sharedOrder(site);
  const entries = new Map(site.entries.map((entry) => [entry.file, entry]));
  for (const [at, file] of order.entries()) {
    const [answer, entry] = [files.get(file), entries.get(file)];
    if (answer === undefined || entry === undefined) continue;
    const turn = await readTurn(round, answer);
    // Gone since it was listed a moment ago.
    if (typeof turn !== "string")
      await writePage(round, duelPageOf(site, turn, { entry, order, at }));
  }
  const report = await round.deps.store.readText("report/report.html");
  const [safe] = await round.masker.mask([{ report }]);
  await writePage(round, reportPage(site, safe?.report ?? null));
  for (const page of [...listPages(site), ...reignPages(site)]) await writePage(round, page);
  const assets = readAssets();
  for (const name of SHARED_ASSETS)
    await writePage(round, { path: `assets/${name}`, text: assets.get(name)?.body ?? "" });
}

async function writePage(round: Round, { path, text }: SharedPage): Promise<void> {
  await writeChanged(round.deps.output, path, text);
  round.written.set(path, text.length);
}

/** Pages of an earlier copy that this one has no longer. */
async function clearOld({ deps, written }: Round, before: readonly string[]): Promise<void> {
  for (const path of before)
    if (!written.has(path) && isCopyPath(path)) await deps.output.remove(path);
  await mark(deps.output, new Set(written.keys()));
}

function notesOf({ written, masker, deps, broken }: Round): string[] {
  return [
    ...unreadNotes(broken),
    ...copyNotes([...written.values()], masker.counts()),
    `open ${deps.output.path("index.html")}`,
  ];
}
