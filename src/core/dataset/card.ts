/** The data set card (README.md) that the Hub shows, with the YAML that `load_dataset` reads. */
import { escapeMarkdown } from "../report/markdown.ts";
import { cardYaml, splitName } from "./card-yaml.ts";
import type { ColumnTypes } from "./column-types.ts";
import type { Format } from "./format-names.ts";
import { lengthSection, type LengthStats } from "./lengths.ts";
import { modelSection } from "./provenance.ts";
import type { Sizes } from "./set-stats.ts";
import type { TokenStats } from "./stats.ts";
import { trainOnIt } from "./train-on-it.ts";
import type { TrainFacts } from "./trainer-settings.ts";

/** What a builder says about itself. */
export type CardText = {
  readonly title: string;
  /** One or two sentences: what the rows are. */
  readonly summary: string;
  /** How a row was made, a sentence each. */
  readonly howMade: readonly string[];
  /** Where rows came from; a licence where it is known. */
  readonly sources: readonly { readonly name: string; readonly license: string | null }[];
  /** What the set is not good for, a sentence each. */
  readonly limits: readonly string[];
};

export type CardFacts = {
  readonly license: string;
  readonly splitNames: readonly string[];
  readonly sizes: Sizes;
  /** Rows of the set, each once whatever the formats. */
  readonly rows: number;
  /** A hash of the rows. */
  readonly print: string;
  readonly columns: ReadonlyMap<Format, ColumnTypes>;
  readonly training: TrainFacts;
  readonly parquet: boolean;
  readonly groups: { readonly by: string; readonly merged: number };
  readonly tokens: TokenStats;
  readonly lengths: LengthStats;
  /** Rows by who wrote their answers. */
  readonly models: Readonly<Record<string, number>>;
  readonly costUsd: number | null;
  readonly filterReasons: Readonly<Record<string, number>>;
  readonly notes: readonly string[];
  /** One row of each format. */
  readonly examples: ReadonlyMap<Format, Readonly<Record<string, unknown>>>;
};

/** "train.jsonl" of the first format, "kto/train.jsonl" of the others. */
export function dataFile(
  format: Format,
  isFirst: boolean,
  split: string,
  ending: "jsonl" | "parquet",
): string {
  return `${isFirst ? "" : `${format}/`}${split}.${ending}`;
}

/** The whole README.md. Splits without rows are not named: loaders fail on empty files. */
export function renderCard(text: CardText, facts: CardFacts): string {
  return [
    "---",
    ...yamlOf(text, facts),
    "---",
    "",
    `# ${text.title}`,
    "",
    text.summary,
    "",
    "## Counts",
    "",
    `| format | ${facts.splitNames.join(" | ")} |`,
    `|---|${facts.splitNames.map(() => "---:").join("|")}|`,
    ...facts.sizes.map(({ format, rows }) => `| ${format} | ${rows.join(" | ")} |`),
    "",
    `Rows of one ${facts.groups.by} are in one split; groups that share an exact or near duplicate count as one (${facts.groups.merged} groups).`,
    `Tokens (${facts.tokens.exact ? "counted with a tokenizer" : "estimated at four characters each"}): ${facts.tokens.total} in all, median ${facts.tokens.median}, 95 % at most ${facts.tokens.p95}, largest ${facts.tokens.max}.`,
    ...(facts.costUsd === null ? [] : [`One epoch at the price given: ${facts.costUsd} USD.`]),
    // Notes, sources, models and reasons hold names that others gave.
    ...facts.notes.map((note) => `${escapeMarkdown(note)}.`),
    "",
    ...lengthSection(facts.lengths),
    "## Train on it",
    "",
    `Load the folder (or its name on the Hub) with the format's name: \`load_dataset("FOLDER", "${facts.sizes[0]?.format ?? ""}")\`. Only then arguments of calls are objects, as chat templates want them; by path they are JSON text. Sets with calls need datasets 4.8 or later that way.`,
    "",
    ...trainOnIt(facts.training),
    "## How it was made",
    "",
    ...text.howMade.map((line) => `- ${line}`),
    "",
    "## Sources",
    "",
    ...text.sources.map(
      ({ name, license }) =>
        `- ${escapeMarkdown(name)}${license === null ? "" : ` (${escapeMarkdown(license)})`}`,
    ),
    "",
    ...modelSection(facts.models),
    ...leftOut(facts.filterReasons),
    "## Known limits",
    "",
    ...text.limits.map((line) => `- ${line}`),
    "",
    "## One row of each format",
    "",
    ...[...facts.examples].flatMap(([format, row]) => [
      `\`${format}\`, long texts cut:`,
      "",
      "```json",
      JSON.stringify(row, shown, 2),
      "```",
      "",
    ]),
  ].join("\n");
}

// ---------------------------------------------------------------------------------------------

function yamlOf(text: CardText, facts: CardFacts): string[] {
  const { license, rows, print, sizes, splitNames, parquet, columns } = facts;
  const ending = parquet ? "parquet" : "jsonl";
  const configs = sizes.map(({ format, rows: counts, bytes }, at) => ({
    format,
    columns: columns.get(format) ?? {},
    splits: splitNames.flatMap((split, n) => {
      const path = dataFile(format, at === 0, split, ending);
      const rows = counts[n] ?? 0;
      return rows === 0 ? [] : [{ name: splitName(split), path, rows, bytes: bytes[n] ?? 0 }];
    }),
  }));
  return cardYaml({
    license,
    title: text.title,
    rows,
    print,
    configs: configs.filter(({ splits }) => splits.length > 0),
    isParquet: parquet,
  });
}

function leftOut(reasons: Readonly<Record<string, number>>): string[] {
  const entries = Object.entries(reasons);
  if (entries.length === 0) return [];
  return [
    "## Left out",
    "",
    "| reason | rows |",
    "|---|---:|",
    ...entries.map(([reason, n]) => `| ${escapeMarkdown(reason)} | ${n} |`),
    "",
  ];
}

const SHOWN_CHARS = 300;

/** The card is read by all: what only a teacher may see is not quoted in it. */
function shown(key: string, value: unknown): unknown {
  return key === "privileged_context" ? "[not shown here]" : shortened(value);
}

function shortened(value: unknown): unknown {
  if (typeof value === "string" && value.length > SHOWN_CHARS) {
    return `${value.slice(0, SHOWN_CHARS).toWellFormed()} [... ${value.length - SHOWN_CHARS} more characters]`;
  }
  if (Array.isArray(value) && value.length > 4) {
    return [...(value as unknown[]).slice(0, 3), `[... ${value.length - 4} more]`, value.at(-1)];
  }
  return value;
}
