/**
 * Who speaks in which row of a source. Where a footer counts the messages and a small column names the
 * speakers, that column is read for the row groups that are wanted; near files without one are passed
 * over once; far ones cannot be told.
 */
import { conversationColumn, RUN_COLUMN, trajectoryOf } from "../core/sample/shapes.ts";
import {
  placesOf,
  roleLeafOf,
  voicesOf,
  type PlaceGroup,
  type Voices,
} from "../core/sample/voices.ts";
import type { Spread } from "../core/sample/order.ts";
import { UserError } from "../errors.ts";
import { createLru } from "../io/hub/cache.ts";
import { inParallel } from "../io/in-parallel.ts";
import type { RowSource } from "../io/source/types.ts";

export type SourceVoices = {
  /** By file the rows and the places of its row groups; a file without row groups is one. */
  readonly files: readonly {
    readonly rows: readonly number[];
    readonly places: readonly number[];
  }[];
  /** The voices of row groups, in the order asked; each is read once. */
  of(groups: readonly PlaceGroup[]): Promise<readonly (readonly Voices[])[]>;
};

/** @throws UserError for a far file without a column that names the speaker of every message. */
export async function openVoices(source: RowSource, spread: Spread): Promise<SourceVoices> {
  const files: FileVoices[] = [];
  for (const file of source.files.keys()) files.push(await openFile(source, file, spread));
  const kept = createLru<readonly Voices[]>(KEPT_CHARS, charsOf);
  return {
    files,
    async of(groups) {
      const keyOf = ({ file, group }: PlaceGroup): string => `${file}/${group}`;
      const wanted = new Map(groups.map((group) => [keyOf(group), group]));
      const found = new Map<string, readonly Voices[]>();
      await inParallel([...wanted], PARALLEL, async ([key, group]) => {
        const read = (): Promise<readonly Voices[]> =>
          files[group.file]?.read(group.group) ?? Promise.resolve([]);
        found.set(key, await kept.get(key, read));
      });
      return groups.map((group) => found.get(keyOf(group)) ?? []);
    },
  };
}

// ---------------------------------------------------------------------------------------------

/** Of the voices that are kept: writers make row groups of 1,000 rows, and of a million. */
const KEPT_CHARS = 1 << 26;
/** What a text takes beside its characters. */
const TEXT_OVERHEAD = 24;
const PARALLEL = 32;
/** Rows of a pass over a near file at a time. */
const PASS_ROWS = 200;
const NOBODY = { role: "" };

type FileVoices = SourceVoices["files"][number] & {
  read(group: number): Promise<readonly Voices[]>;
};

function charsOf(rows: readonly Voices[]): number {
  return rows.reduce((sum, voices) => sum + voices.length + TEXT_OVERHEAD, 0);
}

async function openFile(source: RowSource, index: number, spread: Spread): Promise<FileVoices> {
  const file = source.files[index];
  if (file === undefined) throw new RangeError(`no file ${index} in this source`);
  const column = conversationColumn(file.columns) ?? "";
  const leaves = source.leavesOf(index);
  const leaf = leaves === null ? null : roleLeafOf(leaves.counts.keys(), column);
  if (leaves !== null && leaf !== null) {
    const places = leaves.counts.get(leaf) ?? [];
    return {
      rows: file.groupRows,
      places,
      async read(group) {
        const rows = (await leaves.read(leaf, group)).map(voicesOf);
        const held = rows.reduce((sum, voices) => sum + placesOf(voices), 0);
        if (held === places[group]) return rows;
        throw new UserError(
          `${file.name}: row group ${group} holds ${held} values of ${leaf}, its footer counts ${places[group]}`,
          'the file was written wrongly: name others, or set [source].spread = "rows"',
        );
      },
    };
  }
  if (file.isFar) {
    throw new UserError(
      `spread = "${spread}" cannot be drawn from ${file.dataset}: ${file.name} has no single column that says who speaks in ${column}; it has ${[...(leaves?.counts.keys() ?? [])].join(", ")}`,
      'set [source].spread = "rows", or download the files and name their paths: near rows are counted in one pass',
    );
  }
  const rows = await passOver(source, index, column);
  const held = rows.reduce((sum, voices) => sum + placesOf(voices), 0);
  return { rows: [rows.length], places: [held], read: () => Promise.resolve(rows) };
}

async function passOver(source: RowSource, file: number, column: string): Promise<Voices[]> {
  const count = source.files[file]?.rows ?? 0;
  const voices: Voices[] = [];
  for (let start = 0; start < count; start += PASS_ROWS) {
    const at = Array.from({ length: Math.min(PASS_ROWS, count - start) }, (_, n) => ({
      file,
      row: start + n,
    }));
    for (const read of await source.read(at, [
      "instance_id",
      "id",
      "traj_id",
      RUN_COLUMN,
      "system",
      column,
    ]))
      voices.push(read.ok ? voicesOfRow(read.row) : "");
  }
  return voices;
}

function voicesOfRow(row: Readonly<Record<string, unknown>>): Voices {
  const trajectory = trajectoryOf(row, "keep");
  if (!trajectory.ok) return "";
  const { run, places } = trajectory.value;
  // By the messages of the row: one of them may have become several, or none.
  return voicesOf(places === null ? run.messages : places.map((at) => run.messages[at] ?? NOBODY));
}
