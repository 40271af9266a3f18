/**
 * The first pass of a set: every example becomes lines in the spools and an entry in the index. A
 * part of the rows may be collected by another thread; the parts are then put behind one another.
 */
import { resolve } from "node:path";
import { columnsSeen, shapeBits, type Columns, type ColumnsData } from "../core/dataset/columns.ts";
import { answersOf, type Built, type Example, type Skip } from "../core/dataset/example.ts";
import type { Format } from "../core/dataset/format-names.ts";
import { takes, writeRow } from "../core/dataset/formats.ts";
import {
  numberList,
  rowIndex,
  type IndexData,
  type NumberList,
  type RowIndex,
} from "../core/dataset/row-index.ts";
import { signed } from "../core/dataset/provenance.ts";
import { shortened } from "../core/dataset/shortened.ts";
import { rowText } from "../core/dataset/row-text.ts";
import type { DatasetSettings } from "../core/dataset/settings.ts";
import { counter, type Counter } from "../core/dataset/stats.ts";
import { estimateTokens, type CountTokens } from "../core/dataset/tokens.ts";
import { filesIn } from "../io/dataset/folder.ts";
import { openLineWriter, openLineWriters, type LineWriter } from "../io/dataset/spool.ts";
import { readJsonFile } from "../io/json-file.ts";
import { maskedRows, type BuiltRows } from "./masked-rows.ts";
import type { TemplateRenderer } from "./template-render.ts";
import { renderedRows, type Renders } from "./template-rows.ts";

/** What a thread needs to know to collect rows; plain values. */
export type CollectJob = {
  /** The folder in the making, absolute. */
  readonly folder: string;
  /** Where in it this part's files go; nothing else is there. */
  readonly part: string;
  readonly settings: DatasetSettings;
  /** For a template's `strftime_now`: one for all parts. */
  readonly date: string;
};

/** Lines of one format, in row order; a length of 0 says that the row is not in it. */
type Spool = {
  readonly format: Format;
  readonly files: readonly string[];
  readonly lengths: NumberList;
};

/** The longest row so far. */
type LongRow = { readonly length: number; readonly name: string };

/** Rows, counts and files of the parts so far. Files are relative to the folder in the making. */
export type Collected = {
  readonly index: RowIndex;
  readonly columns: Columns;
  readonly counts: Readonly<Record<Count, Counter>>;
  readonly longest: LongRow;
  readonly spools: readonly Spool[];
  /** What each row's messages carry (`shapeBits`). */
  readonly shapes: NumberList;
  readonly skipped: readonly string[];
  /** What rendered the texts by a model's template; null: no template was asked for. */
  readonly renderedBy: string | null;
  /** What is odd about the tokenizer. */
  readonly tokenizerNote: string | null;
};

/** A collected part as plain values, to be sent to another thread. */
export type CollectedPart = {
  readonly index: IndexData;
  readonly columns: ColumnsData;
  readonly counts: Readonly<Record<Count, Readonly<Record<string, number>>>>;
  readonly longest: LongRow;
  readonly lengths: readonly Uint32Array[];
  readonly shapes: Uint32Array;
  readonly files: readonly (readonly string[])[];
  readonly skipped: readonly string[];
};

/**
 * reasons: all skipped; filtered: by the builder; refused: by a format; kinds: of examples;
 * unasked: kinds that no format asked for has a place for; masked: rows by kind of secret;
 * models: rows by who wrote their answers.
 */
const COUNTS = ["reasons", "filtered", "refused", "kinds", "unasked", "masked", "models"] as const;
type Count = (typeof COUNTS)[number];

/** Collects a stream of rows. @throws UserError for a tokenizer or template that cannot be used. */
export async function collect(rows: BuiltRows, job: CollectJob): Promise<Collected> {
  const text = await textSettings(job);
  const counts = countersOf();
  const index = rowIndex();
  const columns = columnsSeen();
  const shapes = numberList();
  let longest: LongRow = { length: 0, name: "" };
  const spools = await openSpools(job);
  const skips = await skippedRows(job, counts.reasons);

  const { trainer } = job.settings;
  const excluded = new Set<unknown>(job.settings.excludeIds);
  const { history, maxTokens, madeWith } = job.settings;
  const lengthOf = (example: Example): number => text.count(example).length;
  const prepared = (built: Built): Built => {
    if (!built.ok || excluded.has(built.example.metadata["instance_id"])) return built;
    const own = madeWith === undefined ? built.example : signed(built.example, madeWith);
    const example = history === undefined ? own : shortened(own, history, maxTokens, lengthOf);
    return { ok: true, example };
  };
  const keep = (example: Example, renders: Renders): void => {
    if (excluded.has(example.metadata["instance_id"])) {
      counts.filtered.add("excluded_id");
      return skips.add(skipOf(example, "excluded_id"));
    }
    const { kind, label, formats } = example;
    const wanted = spools.filter(
      ({ format }) => takes(format, kind, label) && formats?.includes(format) !== false,
    );
    if (wanted.length === 0) return counts.unasked.add(example.kind);
    const tokens = text.count(example);
    const isLong = maxTokens !== null && tokens.length > maxTokens;
    const lines = wanted.map((spool) => ({
      spool,
      result: isLong
        ? TOO_LONG
        : writeRow(example, spool.format, { render: renders.get(example), trainer }),
    }));
    for (const { result } of lines) if (!result.ok) counts.refused.add(result.reason);
    const first = lines[0]?.result;
    if (first?.ok === false && lines.every(({ result }) => !result.ok)) {
      return skips.add(skipOf(example, first.reason));
    }
    for (const spool of spools) {
      const result = lines.find((line) => line.spool === spool)?.result;
      const row = result?.ok === true ? result.row : null;
      spool.lengths.push(row === null ? 0 : spool.writer.line(rowText(row)));
    }
    columns.see(example);
    shapes.push(shapeBits(example));
    counts.kinds.add(example.kind);
    counts.models.add(String(example.metadata["models"] ?? ""));
    index.add(example, tokens);
    if (tokens.length > longest.length) longest = longRow(example, tokens.length);
  };

  try {
    for await (const some of maskedRows(rows, job.settings, counts.masked)) {
      const ready = some.map(prepared);
      const renders = await renderedRows(ready, text.renderer, trainer);
      for (const built of ready) {
        if (built.ok) keep(built.example, renders);
        else {
          counts.filtered.add(built.skip.reason);
          skips.add(built.skip);
        }
      }
    }
    for (const spool of spools) spool.writer.close(false);
    skips.close();
  } finally {
    for (const spool of spools) spool.writer.end();
    skips.end();
    text.renderer?.end();
  }
  const renderedBy = text.renderer?.words ?? null;
  return {
    index,
    columns,
    counts,
    longest,
    spools,
    shapes,
    skipped: skips.files(),
    renderedBy,
    tokenizerNote: text.note,
  };
}

/** A part as plain values. */
export function partOf({
  index,
  columns,
  counts,
  longest,
  spools,
  shapes,
  skipped,
}: Collected): CollectedPart {
  return {
    index: index.data(),
    columns: columns.data(),
    counts: {
      reasons: counts.reasons.counts(),
      filtered: counts.filtered.counts(),
      refused: counts.refused.counts(),
      kinds: counts.kinds.counts(),
      unasked: counts.unasked.counts(),
      masked: counts.masked.counts(),
      models: counts.models.counts(),
    },
    longest,
    lengths: spools.map((spool) => spool.lengths.values()),
    shapes: shapes.values(),
    files: spools.map((spool) => spool.files),
    skipped,
  };
}

/** The rows of a part behind those collected here; what they share (index, counts) is written to. */
export function withPart(first: Collected, part: CollectedPart): Collected {
  first.index.append(part.index);
  first.columns.append(part.columns);
  for (const bits of part.shapes) first.shapes.push(bits);
  for (const name of COUNTS) first.counts[name].addAll(part.counts[name]);
  const spools = first.spools.map((spool, at) => {
    for (const length of part.lengths[at] ?? []) spool.lengths.push(length);
    return { ...spool, files: [...spool.files, ...(part.files[at] ?? [])] };
  });
  return {
    ...first,
    longest: part.longest.length > first.longest.length ? part.longest : first.longest,
    spools,
    skipped: [...first.skipped, ...part.skipped],
  };
}

// ---------------------------------------------------------------------------------------------

const TOO_LONG = { ok: false, reason: "too_many_tokens" } as const;

const countersOf = (): Record<Count, Counter> => ({
  reasons: counter(),
  filtered: counter(),
  refused: counter(),
  kinds: counter(),
  unasked: counter(),
  masked: counter(),
  models: counter(),
});

async function openSpools({ folder, part, settings }: CollectJob) {
  const files = settings.formats.map((format) => `${part}/${format}.jsonl`);
  const paths: string[] = [];
  for (const file of files) paths.push(await filesIn(folder).path(file));
  return openLineWriters(paths).map((writer, at) => ({
    format: settings.formats[at] ?? "prompt-completion",
    files: [files[at] ?? ""],
    lengths: numberList(),
    writer,
  }));
}

/** The part's lines of skipped.jsonl; the file is made with the first of them. */
async function skippedRows({ folder, part }: CollectJob, reasons: Counter) {
  const file = `${part}/skipped.jsonl`;
  const path = await filesIn(folder).path(file);
  let writer: LineWriter | null = null;
  return {
    add(skip: Skip): void {
      reasons.add(skip.reason);
      writer ??= openLineWriter(path);
      writer.line(JSON.stringify(skip).toWellFormed());
    },
    close: () => writer?.close(false),
    end: () => writer?.end(),
    files: () => (writer === null ? [] : [file]),
  };
}

type Counting = { readonly count: CountTokens; readonly note: string | null };

type TextSettings = Counting & {
  readonly renderer: TemplateRenderer | null;
};

/** Tokenizer, template and DuckDB are loaded by those who ask for them: start-up is half of a small run. */
async function textSettings({ settings, date }: CollectJob): Promise<TextSettings> {
  const { tokenizer, tokenizerConfig: path, templateEngine: engine } = settings;
  const templates = path === null ? null : await import("./template-render.ts");
  const isRendered = settings.formats.includes("chatml");
  return {
    ...(tokenizer === null
      ? { count: estimateTokens, note: null }
      : await exactCount(tokenizer, settings, date)),
    // chatml alone has texts.
    renderer:
      templates === null || path === null || !isRendered
        ? null
        : await templates.openRenderer({ path, engine, date }),
  };
}

async function exactCount(
  path: string,
  { tokenizerConfig: template }: DatasetSettings,
  date: string,
): Promise<Counting> {
  const { exactTokens, tokenizerNote } = await import("../core/dataset/tokenizer.ts");
  const { countingRenderer } = await import("./template-render.ts");
  const render = template === null ? null : await countingRenderer(template, date);
  const json = await readJsonFile(resolve(path), {
    flag: "--tokenizer",
    wanted: "a tokenizer.json",
  });
  return {
    count: exactTokens(json, path, render),
    note: render === null ? null : tokenizerNote(json, path, render),
  };
}

function longRow({ metadata }: Example, length: number): LongRow {
  const { instance_id: id, turn } = metadata;
  const name = typeof id === "string" ? id : "";
  return { length, name: typeof turn === "number" && turn >= 0 ? `${name}, turn ${turn}` : name };
}

function skipOf(example: Example, reason: string): Skip {
  const id = example.metadata["instance_id"];
  const answers = answersOf(example).reduce((sum, { length }) => sum + length, 0);
  return {
    instance_id: typeof id === "string" ? id : "",
    reason,
    source_fields: Object.fromEntries(
      Object.entries(example.metadata).map(([key, value]) => [
        `has_${key}`,
        value !== "" && value !== -1,
      ]),
    ),
    length: answers,
  };
}
