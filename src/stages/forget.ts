/**
 * forget: an instance or a run is taken out of every folder and set of a workspace. A dry run unless
 * `yes`; what was pushed to the Hub is named, since nothing here can take it back.
 */
import { relative, resolve } from "node:path";
import type { Config } from "../config.ts";
import { holdsId, withoutId } from "../core/dataset/forgotten.ts";
import { counted } from "../core/text/counted.ts";
import type { Deps } from "../deps.ts";
import { UserError } from "../errors.ts";
import { readPublished } from "../io/published.ts";
import { namedIn, type Named } from "../io/named-in.ts";
import { openStore, type Store } from "../io/store.ts";
import type { StageSummary } from "../work.ts";
import { workspacesBelow } from "../builders/forget-besides.ts";
import { lookThrough, setsIn, takeOut, type SetFindings } from "../builders/forget-set.ts";
import { findTurns, takeOutTurns, type TurnFindings } from "../builders/forget-turns.ts";

export type ForgetOptions = {
  readonly id: string;
  /** Sets that lie elsewhere than in dataset/, relative to the workspace. */
  readonly folders: readonly string[];
  /** Without it nothing is changed. */
  readonly yes: boolean;
};

/** @throws UserError for an id that nothing names, and for a set that cannot be read. */
export async function forget(
  config: Config,
  { store }: Pick<Deps, "store">,
  { id, folders, yes }: ForgetOptions,
): Promise<StageSummary> {
  const isNamed = (line: string): boolean => holdsId(line, id);
  const places: Place[] = [];
  for (const folder of ["", ...(await workspacesBelow(store))]) {
    const own = folder === "" ? store : openStore(store.path(folder));
    places.push({ folder, store: own, turns: await findTurns(own, id) });
  }
  const tasks = new Set(places.flatMap(({ turns }) => [...turns.tasks]));
  const forgotten = { id, tasks };
  const elsewhere = folders.map((folder) => resolve(config.root, folder));
  const sets: SetFindings[] = [];
  for (const folder of [...(await setsIn(store.path("dataset"))), ...elsewhere]) {
    sets.push(await lookThrough(folder, forgotten));
  }
  const found = sets.filter(({ found: rows }) => rows.size > 0);
  const held = places.filter(({ turns }) => turns.stems.size + turns.files.length > 0);
  if (held.length + found.length === 0) throw nothing(id, sets);
  if (yes) {
    for (const place of held) await takeOutTurns(place.store, place.turns);
    for (const set of found) await takeOut(set, id);
    await scrub(store, await namedIn(config.root, id, isNamed), id);
  }
  const pushed = await readPublished(config.root);
  const judged = held.filter(({ turns }) => turns.files.some((file) => file.startsWith("score/")));
  const still = yes ? await namedIn(config.root, id, isNamed) : [];
  return {
    stage: "forget",
    ...countOf(held, found, yes),
    dropped: {},
    pending: 0,
    asked: 0,
    notes: [
      ...held.flatMap((place) => turnsThatGo(place)),
      ...found.map((set) => rowsThatGo(set, config.root)),
      ...judged.map(({ folder }) => countedNote(folder)),
      ...sets.filter(({ unknown }) => unknown > 0).map((set) => unknownNote(set, config.root)),
      ...pushed.map(
        ({ repo, endpoint, folder, commit }) =>
          `${endpoint}/datasets/${repo} was pushed from ${folder} (commit ${commit}): push it again, and have the old commits removed there`,
      ),
      ...still.map(
        ({ file, lines }) =>
          `still named in ${file}, ${counted(lines, "line")}: look whether it may stay`,
      ),
      `so that it is not drawn again: add "${id}" to [source].exclude_ids in chain.toml`,
      ...(yes ? [] : ["dry run: nothing was changed; add --yes to take it out"]),
    ],
    stopped: null,
  };
}

// ---------------------------------------------------------------------------------------------

/** A workspace: this one, whose folder is "", or one below it. */
type Place = { readonly folder: string; readonly store: Store; readonly turns: TurnFindings };

/** Turns of all places, and sets with rows. */
function countOf(
  held: readonly Place[],
  found: readonly SetFindings[],
  isTaken: boolean,
): Pick<StageSummary, "read" | "kept" | "said"> {
  const turns = held.reduce((sum, place) => sum + place.turns.stems.size, 0);
  const all = turns + found.length;
  const what = [counted(turns, "turn"), `rows of ${counted(found.length, "set")}`];
  return {
    read: all,
    kept: all,
    said: `${what.join(" and ")} ${isTaken ? "taken out" : "would be taken out"}`,
  };
}

function turnsThatGo({ folder, turns }: Place): string[] {
  const empty = [...turns.prompts.values()].flat().length;
  const under = folder === "" ? "" : `${folder}/`;
  const stay = empty === 1 ? "place stays" : "places stay";
  return [
    ...(empty === 0 ? [] : [`${under}prompt/: ${counted(empty, "prompt")}, whose ${stay} empty`]),
    ...turns.files.map((file) => `${under}${file}`),
    ...[...turns.lines].map(([file, lines]) => `${under}${file}: ${counted(lines.length, "line")}`),
  ];
}

function rowsThatGo({ folder, found }: SetFindings, root: string): string {
  const rows = [...found].map(([name, lines]) => `${name} ${lines.length}`);
  return `${relative(root, folder) || folder}: rows of ${rows.join(", ")}`;
}

const countedNote = (folder: string): string =>
  folder === ""
    ? "the duel still counts what goes, and its report is made again: npm run stage:validate, then npm run stage:report"
    : `${folder}: its duel still counts what goes`;

const unknownNote = ({ folder, unknown }: SetFindings, root: string): string =>
  `${relative(root, folder) || folder}: ${counted(unknown, "row")} ${unknown === 1 ? "does" : "do"} not say where ${unknown === 1 ? "it comes" : "they come"} from: build that set again (--force) to be sure`;

/** Sentences of cards, statistics and reports name an instance here and there: the rest of them stays. */
async function scrub(store: Store, named: readonly Named[], id: string): Promise<void> {
  for (const { file } of named.filter((one) => !one.file.endsWith(".jsonl"))) {
    const text = await store.readText(file);
    if (text !== null) await store.writeText(file, withoutId(text, id));
  }
}

function nothing(id: string, sets: readonly SetFindings[]): UserError {
  const unknown = sets.reduce((sum, set) => sum + set.unknown, 0);
  const said = unknown === 0 ? "" : `; ${unknown} rows of sets do not say where they come from`;
  return new UserError(
    `forget: nothing names "${id}" as its instance or run${said}`,
    "give an instance_id or a run's id as it stands in prompt/ or in the metadata of a set's rows",
  );
}
