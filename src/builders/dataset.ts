/**
 * The spine of all training-set builders: rows as they come -> formats -> groups -> splits -> files,
 * statistics and card in one folder. It streams: what stays in memory is about 100 bytes a row.
 *
 * A builder is an async generator of examples and skips, and a call:
 *
 *     async function* rows(): AsyncGenerator<Built> {
 *       yield { ok: true, example: { kind: "sft", prompt, answer, group: repo, metadata: { instance_id } } };
 *       yield { ok: false, skip: { instance_id, reason: "empty_patch", source_fields: {}, length: 0 } };
 *     }
 *     const set = await writeDataset(rows(), { builder: "repair", output, settings, card });
 *     return set.summary;
 */
import type { CardText } from "../core/dataset/card.ts";
import type { Format } from "../core/dataset/format-names.ts";
import { lengthNote } from "../core/dataset/lengths.ts";
import { mergeGroups, type Merged } from "../core/dataset/merge.ts";
import { emptyFormatNote, nothingLeftHint } from "../core/dataset/nothing-left.ts";
import { setStats, type SetStats, type Sizes } from "../core/dataset/set-stats.ts";
import type { DatasetSettings } from "../core/dataset/settings.ts";
import { showTypes } from "../core/dataset/shown-types.ts";
import { planSplits, type SplitAsked, type SplitPlan } from "../core/dataset/split.ts";
import { reasonTable } from "../core/dataset/stats.ts";
import { UserError } from "../errors.ts";
import { beginFolder, type OutputFolder } from "../io/dataset/folder.ts";
import { templatePaths } from "../io/dataset/template-files.ts";
import { localTime } from "../io/local-time.ts";
import { filePrints, madeBefore, madeHash, markMade } from "../io/dataset/made-from.ts";
import type { StageSummary } from "../work.ts";
import type { BuiltRows } from "./masked-rows.ts";
import {
  collect,
  withPart,
  type Collected,
  type CollectedPart,
  type CollectJob,
} from "./collect.ts";
import { deal, SPOOL } from "./deal.ts";
import { finishFolder, keepEditedCard } from "./files.ts";
import { engineNamed } from "./template-render.ts";

export type DatasetSpec = {
  /** As in the summary and in dataset_stats.json: "repair". */
  readonly builder: string;
  /** The folder, absolute. */
  readonly output: string;
  readonly settings: DatasetSettings;
  /** A function is asked when all rows have passed. */
  readonly card: CardText | (() => CardText);
  /** @default train, and val by settings.valFraction */
  readonly splits?: { readonly first: string; readonly others: readonly SplitAsked[] };
  /** Further fields of dataset_stats.json; asked for when all rows have passed. */
  readonly stats?: () => Readonly<Record<string, unknown>>;
  /** Source rows read and kept, where they are no examples: an attempt makes several pairs or none. */
  readonly counts?: () => { readonly read: number; readonly kept: number };
  /** A part of the rows that another thread collects meanwhile, and that is put behind them. */
  readonly otherPart?: {
    /** Called before `rows` are read. */
    readonly collect: (job: CollectJob) => Promise<CollectedPart>;
    /** Called when the set fails: its folder goes away. */
    readonly stop: () => Promise<void>;
  };
  /** Called when all rows have passed. @throws UserError for what is wrong with the input as a whole. */
  readonly check?: () => void;
  /** What tells the input from another, as values: a set made from the same is not made again. */
  readonly madeFrom?: unknown;
  /** What mends a reason of the builder's own, by reason; asked for when it left no row. */
  readonly hints?: () => Readonly<Record<string, string>>;
  /** Why nothing is in a format that was asked for beside others, where the builder knows better. */
  readonly whyEmpty?: (format: Format) => string | null;
  /** Sentences for the person, asked for when all rows have passed. */
  readonly notes?: () => readonly string[];
};

export type WrittenDataset = {
  readonly summary: StageSummary;
  /** What dataset_stats.json holds, without the list of files; {} for a set that was there already. */
  readonly stats: Readonly<Record<string, unknown>>;
};

/**
 * Writes a set.
 * @param rows the builder's stream, or a function that makes it, given a scratch folder that goes away
 *   with the run. @throws UserError when the folder is not empty (without `force`), when nothing is
 * left (with a table of reasons), and for a tokenizer or template that cannot be used.
 */
export async function writeDataset(rows: Rows, spec: DatasetSpec): Promise<WrittenDataset> {
  const { builder, settings } = spec;
  const made = await madeFrom(spec);
  const before = made === null || settings.force ? null : await madeBefore(spec.output, made);
  if (before !== null) {
    await spec.otherPart?.stop();
    return { stats: {}, summary: before };
  }
  const folder = await beginFolder(spec.output, settings.force);
  try {
    const collected = await collectAll(rows, spec, folder);
    spec.check?.();
    if (collected.index.rows === 0) throw nothingLeft(spec, collected);
    const { index, counts } = collected;
    const merged = mergeGroups(index, settings.nearDuplicate);
    const plan = splitsPlanned(spec, collected, merged);
    const dealt = await deal(collected, plan, merged.mergedOf, { folder, settings });
    const stats = setStats({
      builder,
      settings,
      index,
      counts,
      merged,
      longestRow: collected.longest.name,
      plan,
      sizes: dealt.sizes,
      notes: [...renderNotes(collected), ...(spec.notes?.() ?? [])],
      more: spec.stats?.() ?? {},
    });
    const card = typeof spec.card === "function" ? spec.card() : spec.card;
    const said = { card, settings, stats };
    const files = await finishFolder(said, collected, plan, dealt, folder);
    const edited = await keepEditedCard(spec.output, folder);
    const summary = summaryOf(spec, collected, plan, { ...stats, edited, sizes: dealt.sizes });
    await folder.commit(edited === null ? files : [...files, edited]);
    if (made !== null) await markMade(spec.output, made, summary);
    return { stats, summary };
  } catch (error) {
    await spec.otherPart?.stop();
    await folder.discard();
    throw error;
  }
}

// ---------------------------------------------------------------------------------------------

/** Input and settings as one hash; null where the builder does not say what it reads. */
async function madeFrom({
  builder,
  settings,
  madeFrom: from,
}: DatasetSpec): Promise<string | null> {
  if (from === undefined) return null;
  // Another key of chain.toml or another version makes the same rows.
  const { force: _force, madeWith: _madeWith, ...rest } = settings;
  const { tokenizer, tokenizerConfig: template } = settings;
  const paths = [
    ...(tokenizer === null ? [] : [tokenizer]),
    ...(template === null ? [] : templatePaths(template)),
  ];
  const engine = template === null ? null : engineNamed(settings.templateEngine);
  return madeHash([builder, rest, engine, await filePrints(paths), from]);
}

type Rows = BuiltRows | ((scratch: string) => BuiltRows);

/** All parts. What is wrong with the rows read here is told first: they come first. */
async function collectAll(
  rows: Rows,
  { settings, otherPart }: DatasetSpec,
  folder: OutputFolder,
): Promise<Collected> {
  // One date for all parts, and for all rows of a build that goes on past midnight.
  const date = settings.templateDate ?? localTime();
  const job = { folder: folder.temp, settings, date };
  const other = otherPart?.collect({ ...job, part: `${SPOOL}/2` });
  // It is looked at below, whatever becomes of it.
  other?.catch(() => {});
  const part = `${SPOOL}/1`;
  const stream = typeof rows === "function" ? rows(await folder.path(part)) : rows;
  const collected = await collect(stream, { ...job, part });
  return other === undefined ? collected : withPart(collected, await other);
}

function nothingLeft({ builder, notes, hints }: DatasetSpec, { counts }: Collected): UserError {
  const reasons = counts.reasons.counts();
  const said = (notes?.() ?? []).map((note) => `  ${note}`);
  if (Object.keys(reasons).length === 0) {
    return new UserError(
      [
        `${builder}: there are no rows for the formats asked for, so there is no set to write`,
        ...said,
      ].join("\n"),
      "check that the input is not empty, and that --format fits this builder",
    );
  }
  return new UserError(
    [
      `${builder}: every row was filtered out, so there is no set to write`,
      reasonTable(reasons),
      ...said,
    ].join("\n"),
    nothingLeftHint(reasons, hints?.() ?? {}),
  );
}

/** Which group goes where; a set whose messages carry more than words shows that in its first split. */
function splitsPlanned(spec: DatasetSpec, collected: Collected, merged: Merged): SplitPlan {
  const { index, columns, shapes, spools } = collected;
  const formats = spools.map(({ format, lengths }) => ({
    format,
    has: (row: number) => lengths.at(row) > 0,
  }));
  const plan = planSplits(index, merged, {
    ...splitsOf(spec),
    seed: spec.settings.seed,
    formats,
  });
  const { hasCalls, hasReasoning } = columns.shape();
  if (!hasCalls && !hasReasoning) return plan;
  const lengths = spools.map((spool) => spool.lengths);
  return showTypes(plan, { index, mergedOf: merged.mergedOf, shapes, lengths });
}

function splitsOf(spec: DatasetSpec): { first: string; others: readonly SplitAsked[] } {
  return (
    spec.splits ?? {
      first: "train",
      others: [{ name: "val", fraction: spec.settings.valFraction }],
    }
  );
}

/** Which engine wrote the texts: two may differ. And whether their tokens were counted by their tokenizer. */
function renderNotes({ renderedBy, tokenizerNote }: Collected): readonly string[] {
  return [
    ...(renderedBy === null ? [] : [`chatml rows are rendered by ${renderedBy}`]),
    ...(tokenizerNote === null ? [] : [tokenizerNote]),
  ];
}

function summaryOf(
  spec: DatasetSpec,
  collected: Collected,
  plan: SplitPlan,
  {
    lengths,
    edited,
    sizes,
  }: Pick<SetStats, "lengths"> & {
    readonly edited: string | null;
    readonly sizes: Sizes;
  },
): StageSummary {
  const counts = spec.counts?.();
  const refused = Object.entries(collected.counts.refused.counts()).map(
    ([reason, n]) => `${n} rows dropped for their format: ${reason}`,
  );
  const unasked = Object.entries(collected.counts.unasked.counts()).map(
    ([kind, n]) => `${n} ${kind} examples have no place in ${spec.settings.formats.join(", ")}`,
  );
  const heldOut = Object.values(plan.heldOut).reduce((sum, n) => sum + n, 0);
  return {
    stage: spec.builder,
    read: counts?.read ?? collected.index.rows + collected.counts.reasons.total(),
    kept: counts?.kept ?? collected.index.rows - heldOut,
    dropped:
      counts === undefined
        ? { ...collected.counts.reasons.counts(), ...(heldOut > 0 ? { held_out: heldOut } : {}) }
        : collected.counts.filtered.counts(),
    pending: 0,
    asked: 0,
    notes: [
      `${spec.output}: ${writtenRows(plan, sizes)}`,
      ...emptyNotes(spec, collected, sizes),
      ...(counts === undefined && sizes.length < 2 ? [] : refused),
      ...unasked,
      lengthNote(lengths),
      ...plan.notes,
      ...renderNotes(collected),
      ...(edited === null
        ? []
        : [
            `README.md had been edited by hand: it is kept as ${edited}, and the new card is as built`,
          ]),
      ...(spec.notes?.() ?? []),
    ],
    stopped: null,
  };
}

/** Formats of several of which no file was written, told together where the reason is the same. */
function emptyNotes(spec: DatasetSpec, { counts }: Collected, sizes: Sizes): string[] {
  const empty = new Map<string, Format[]>();
  for (const { format, rows } of sizes) {
    if (rows.some((n) => n > 0)) continue;
    const why =
      spec.whyEmpty?.(format) ??
      emptyFormatNote(format, {
        kinds: counts.kinds.counts(),
        reasons: counts.reasons.counts(),
        refused: counts.refused.counts(),
        own: spec.hints?.() ?? {},
      });
    empty.set(why, [...(empty.get(why) ?? []), format]);
  }
  return [...empty].map(
    ([why, formats]) => `no files were written for ${formats.join(", ")}: ${why}`,
  );
}

/** What lies in the files: rows by split, of several formats each by itself. */
function writtenRows({ names, sizes: all }: SplitPlan, sizes: Sizes): string {
  const bySplit = (rows: readonly number[]): string =>
    names.map((name, at) => `${name} ${rows[at] ?? 0}`).join(", ");
  if (sizes.length < 2) return bySplit(all);
  const files = sizes.map(({ format, rows }) => `${format} ${bySplit(rows)}`);
  return `rows of each format, made of the same turns: ${files.join("; ")}`;
}
