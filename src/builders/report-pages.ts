/**
 * The report as files: report.md and report.html with the first turns, turns.csv with all of them. The page
 * holds the other turns as well, packed, as many as leave it one file of a size that every browser opens.
 */
import { z } from "zod";
import { makeMasker, masked, type ExitSettings } from "../core/exit/masker.ts";
import type { Document, RestRows } from "../core/report/document.ts";
import { htmlOf, restOf, withRest } from "../core/report/html.ts";
import { markdownOf } from "../core/report/markdown.ts";
import { CSV_HEAD, csvLines } from "../core/report/turns-csv.ts";
import type { TurnRow } from "../core/report/turn-row.ts";
import { packed } from "../io/dataset/packed.ts";
import { contentHash, hashedLines, type FactKind, type Facts } from "../io/facts/facts.ts";
import type { Store } from "../io/store.ts";
import { writeChanged } from "../io/write-changed.ts";

const FOLDER = "report";
const PAGES = [`${FOLDER}/report.html`, `${FOLDER}/report.md`, `${FOLDER}/turns.csv`] as const;

/** Files of the last report, by their hashes; the key is of what it told. */
export const REPORT_PAGES: FactKind<Readonly<Record<(typeof PAGES)[number], string>>> = {
  name: "pages",
  folder: "answer",
  schema: z.record(z.enum(PAGES), z.string()),
};

/** Masked, and written where it is news. */
export async function writePages(
  settings: ExitSettings,
  { store, facts }: { readonly store: Store; readonly facts: Facts },
  document: Document,
  rows: readonly TurnRow[],
): Promise<void> {
  const key = keyOfAll(settings, document, rows);
  if (await stands(facts, facts.known(REPORT_PAGES, FOLDER, key))) return;
  const shown = await masked([htmlOf(document), markdownOf(document)] as const, settings);
  const rest = restOf(document);
  const pages = {
    [PAGES[0]]:
      rest === null
        ? shown[0]
        : withRest(shown[0], await packedRows(await maskedRows(rest, settings))),
    [PAGES[1]]: shown[1],
    [PAGES[2]]: `${[CSV_HEAD, ...(await maskedLines(csvLines(rows), settings))].join("\n")}\n`,
  };
  const hashes = {
    [PAGES[0]]: "",
    [PAGES[1]]: "",
    [PAGES[2]]: "",
  };
  for (const path of PAGES) {
    await writeChanged(store, path, pages[path]);
    hashes[path] = contentHash(pages[path]);
  }
  facts.keep(REPORT_PAGES, FOLDER, key, hashes);
}

// ---------------------------------------------------------------------------------------------

/** Lines that are looked through at once. */
const SOME_LINES = 500;
/** Characters of the packed turns: the page stays below 3 MB. */
const MOST_PACKED = 2_300_000;

async function stands(
  facts: Facts,
  known: Readonly<Record<string, string>> | null,
): Promise<boolean> {
  if (known === null) return false;
  for (const [path, hash] of Object.entries(known)) {
    if ((await facts.hash(path)) !== hash) return false;
  }
  return true;
}

function keyOfAll({ audit }: ExitSettings, document: Document, rows: readonly TurnRow[]): string {
  const lines = hashedLines();
  lines.add(document);
  lines.add(audit.mask_emails);
  for (const line of csvLines(rows)) lines.add(line);
  return lines.hash();
}

async function maskedLines(lines: Iterable<string>, settings: ExitSettings): Promise<string[]> {
  const masker = makeMasker(settings);
  const done: string[] = [];
  const mask = async (some: readonly string[]): Promise<void> => {
    done.push(...(await masker.mask([some.join("\n")])));
  };
  let some: string[] = [];
  for (const line of lines) {
    some.push(line);
    if (some.length < SOME_LINES) continue;
    await mask(some);
    some = [];
  }
  if (some.length > 0) await mask(some);
  return done;
}

type Rows = readonly (readonly string[])[];

/** A row on a line of its own, so that many are searched in one go. */
async function maskedRows({ rows }: RestRows, settings: ExitSettings): Promise<Rows> {
  const lines = await maskedLines(onLines(rows()), settings);
  return lines.flatMap((some) => some.split("\n").map((line) => line.split("\t")));
}

function* onLines(rows: Iterable<readonly string[]>): Generator<string> {
  for (const row of rows) yield row.map(onOneLine).join("\t");
}

const onOneLine = (text: string): string => text.replace(/[\t\r\n]+/g, " ");

/** The first rows, as many as the page has room for. */
async function packedRows(rows: Rows): Promise<string> {
  for (let count = rows.length; ; count = Math.floor((count * 9) / 10)) {
    const text = await packed(JSON.stringify(rows.slice(0, count)));
    if (text.length <= MOST_PACKED) return text;
  }
}
