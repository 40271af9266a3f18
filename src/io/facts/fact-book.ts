/**
 * A file of facts as a book to look up in. Of what stands in it only the places are held, a number a line: many
 * thousands of turns fit into memory, and what is known of one is read when somebody asks.
 */
import { existsSync } from "node:fs";
import {
  addFactLines,
  findFactLines,
  lineWindow,
  tidyFactLines,
  type FactLine,
  type Sought,
} from "./fact-lines.ts";

export type Kept = { readonly key: string; readonly value: unknown };

export type FactBook = {
  has(kind: string, name: string): boolean;
  /** null: nothing is known, or the book was made anew by another process. */
  get(kind: string, name: string): Kept | null;
  /** To be written with the next; of kinds that the book was not opened for it is written and no more. */
  put(kind: string, name: string, kept: Kept): void;
  /** Lines that are not written yet. */
  waiting(): number;
  /** Whether somebody has begun it on the disk. */
  isThere(): boolean;
  /** @throws the disk's own error: what was to be written is held in memory alone then. */
  write(): void;
  /** More than half of many lines are overtaken. */
  isWorn(): boolean;
  /** @throws as `writeWhole` */
  tidy(): Promise<void>;
};

/** @param sought what will be looked up */
export function openBook(path: string, sought: readonly Sought[]): FactBook {
  const shelves = new Map(sought.map(({ kind }) => [kind, newShelf(path)]));
  let file: number | null = null;
  let fresh: FactLine[] = [];
  let lines = 0;
  let overtaken = 0;

  const read = (): void => {
    for (const { kept } of shelves.values()) kept.clear();
    [lines, overtaken] = [0, 0];
    file = findFactLines(path, sought, (kind, name, at) => {
      const shelf = shelves.get(kind)?.kept;
      lines++;
      if (shelf?.has(name) === true) overtaken++;
      shelf?.set(name, at);
    });
  };
  /** Places in a file that is no more say nothing. */
  const forget = (): void => {
    for (const { kept } of shelves.values()) {
      for (const [name, at] of kept) if (typeof at === "number") kept.delete(name);
    }
  };
  if (sought.length > 0) read();

  return {
    has: (kind, name) => shelves.get(kind)?.kept.has(name) === true,
    get(kind, name) {
      const shelf = shelves.get(kind);
      const at = shelf?.kept.get(name);
      if (typeof at === "object") return at;
      const line = at === undefined || file === null ? null : (shelf?.lineAt(file, at) ?? null);
      return line?.[0] === kind && line[1] === name ? { key: line[2], value: line[3] } : null;
    },
    put(kind, name, kept) {
      shelves.get(kind)?.kept.set(name, kept);
      fresh.push([kind, name, kept.key, kept.value]);
    },
    waiting: () => fresh.length,
    isThere: () => existsSync(path),
    write() {
      if (fresh.length === 0) return;
      const written = fresh;
      fresh = [];
      const added = addFactLines(path, written);
      if (added === null) return;
      if (file !== added.file) forget();
      file = added.file;
      for (const [at, [kind, name, key, value]] of written.entries()) {
        const shelf = shelves.get(kind)?.kept;
        const now = shelf?.get(name);
        const place = added.places[at];
        // What overtook it meanwhile is not written yet.
        if (place === undefined || typeof now !== "object") continue;
        if (now.key === key && now.value === value) shelf?.set(name, place);
      }
    },
    isWorn: () => lines > 1000 && overtaken * 2 > lines,
    async tidy() {
      await tidyFactLines(path);
      read();
    },
  };
}

// ---------------------------------------------------------------------------------------------

type Shelf = {
  /** Name -> where its last line begins, or what is not written yet. */
  readonly kept: Map<string, number | Kept>;
  /** Of one kind lines are mostly asked for in the order in which they were added. */
  readonly lineAt: ReturnType<typeof lineWindow>;
};

const newShelf = (path: string): Shelf => ({ kept: new Map(), lineAt: lineWindow(path) });
