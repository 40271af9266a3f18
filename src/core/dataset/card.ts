/** The data set card (README.md) that the Hub shows, with the YAML that `load_dataset` reads. */
import type { Format } from "./format-names.ts";
import { lengthSection, type LengthStats } from "./lengths.ts";
import { modelSection } from "./provenance.ts";
import type { TokenStats } from "./stats.ts";

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
  /** Rows a format and split. */
  readonly sizes: readonly { readonly format: Format; readonly rows: readonly number[] }[];
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
  const total = facts.sizes.reduce((sum, { rows }) => sum + rows.reduce((a, b) => a + b, 0), 0);
  return [
    "---",
    ...yamlHead(text, facts, total),
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
    ...facts.notes.map((note) => `${note}.`),
    "",
    ...lengthSection(facts.lengths),
    "## How it was made",
    "",
    ...text.howMade.map((line) => `- ${line}`),
    "",
    "## Sources",
    "",
    ...text.sources.map(
      ({ name, license }) => `- ${name}${license === null ? "" : ` (${license})`}`,
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
      JSON.stringify(row, (_key, value: unknown) => shortened(value), 2),
      "```",
      "",
    ]),
  ].join("\n");
}

// ---------------------------------------------------------------------------------------------

function yamlHead(text: CardText, facts: CardFacts, total: number): string[] {
  return [
    `license: ${quoted(facts.license)}`,
    `pretty_name: ${quoted(text.title)}`,
    "language:",
    "- en",
    "task_categories:",
    "- text-generation",
    "tags:",
    "- code",
    "- agents",
    "- kingmaker",
    "size_categories:",
    `- ${sizeCategory(total)}`,
    "configs:",
    ...facts.sizes.flatMap(({ format, rows }, at) =>
      rows.every((n) => n === 0)
        ? []
        : [
            `- config_name: ${quoted(at === 0 ? "default" : format)}`,
            "  data_files:",
            ...facts.splitNames.flatMap((split, splitAt) =>
              (rows[splitAt] ?? 0) === 0
                ? []
                : [
                    `  - split: ${quoted(split === "val" ? "validation" : split)}`,
                    `    path: ${quoted(dataFile(format, at === 0, split, facts.parquet ? "parquet" : "jsonl"))}`,
                  ],
            ),
          ],
    ),
  ];
}

/** A YAML double-quoted scalar is a JSON string. */
const quoted = (value: string): string => JSON.stringify(value);

/** The Hub's own words for sizes. */
function sizeCategory(rows: number): string {
  const steps: readonly [number, string][] = [
    [1e3, "n<1K"],
    [1e4, "1K<n<10K"],
    [1e5, "10K<n<100K"],
    [1e6, "100K<n<1M"],
    [1e7, "1M<n<10M"],
  ];
  return steps.find(([limit]) => rows < limit)?.[1] ?? "10M<n<100M";
}

function leftOut(reasons: Readonly<Record<string, number>>): string[] {
  const entries = Object.entries(reasons);
  if (entries.length === 0) return [];
  return [
    "## Left out",
    "",
    "| reason | rows |",
    "|---|---:|",
    ...entries.map(([reason, n]) => `| ${reason} | ${n} |`),
    "",
  ];
}

const SHOWN_CHARS = 300;

function shortened(value: unknown): unknown {
  if (typeof value === "string" && value.length > SHOWN_CHARS) {
    return `${value.slice(0, SHOWN_CHARS).toWellFormed()} [... ${value.length - SHOWN_CHARS} more characters]`;
  }
  if (Array.isArray(value) && value.length > 4) {
    return [...(value as unknown[]).slice(0, 3), `[... ${value.length - 4} more]`, value.at(-1)];
  }
  return value;
}
