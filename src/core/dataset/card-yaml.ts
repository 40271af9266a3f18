/**
 * The YAML at the head of a card: one config a format, named by it, with the types and counts that loaders
 * apply. `version` and `description` come from the rows, since a loader keeps what it loaded under the
 * folder's name and this YAML: without them a set that was built again would be served as it was before.
 */
import { featureLines, type ColumnTypes } from "./column-types.ts";
import { yamlText } from "../text/yaml.ts";
import type { Format } from "./format-names.ts";

export type YamlFacts = {
  readonly license: string;
  readonly title: string;
  /** Rows of the set, each once. */
  readonly rows: number;
  /** A hash of the rows, hexadecimal. */
  readonly print: string;
  readonly configs: readonly ConfigFacts[];
  readonly isParquet: boolean;
};

export type ConfigFacts = {
  readonly format: Format;
  readonly columns: ColumnTypes;
  /** Splits with rows alone: loaders fail on empty files. */
  readonly splits: readonly {
    readonly name: string;
    readonly path: string;
    readonly rows: number;
    /** Of its JSON Lines. */
    readonly bytes: number;
  }[];
};

/** The split's name that people and trainers ask for; files keep theirs. */
export function splitName(file: string): string {
  return SPLITS[file] ?? file;
}

/** Lines between the two "---". */
export function cardYaml(facts: YamlFacts): string[] {
  const { configs, print, isParquet } = facts;
  return [
    `license: ${yamlText(facts.license)}`,
    `pretty_name: ${yamlText(facts.title)}`,
    "language:",
    "- en",
    "task_categories:",
    "- text-generation",
    "tags:",
    "- code",
    "- agents",
    "- kingmaker",
    "size_categories:",
    `- ${sizeCategory(facts.rows)}`,
    "configs:",
    ...configs.flatMap((config, at) => configLines(config, at === 0, print)),
    "dataset_info:",
    ...configs.flatMap((config) => infoLines(config, isParquet)),
  ];
}

// ---------------------------------------------------------------------------------------------

const SPLITS: Readonly<Record<string, string>> = { val: "validation", dev: "train" };

function configLines({ format, splits }: ConfigFacts, isMain: boolean, print: string): string[] {
  return [
    `- config_name: ${yamlText(format)}`,
    ...(isMain ? ["  default: true"] : []),
    `  version: ${yamlText(versionOf(print))}`,
    `  description: ${yamlText(`rows ${print.slice(0, 16)}`)}`,
    "  data_files:",
    ...splits.flatMap(({ name, path }) => [
      `  - split: ${yamlText(name)}`,
      `    path: ${yamlText(path)}`,
    ]),
  ];
}

function infoLines({ format, columns, splits }: ConfigFacts, isParquet: boolean): string[] {
  return [
    `- config_name: ${yamlText(format)}`,
    "  features:",
    ...featureLines(columns, isParquet).map((line) => `  ${line}`),
    "  splits:",
    ...splits.flatMap(({ name, rows, bytes }) => [
      `  - name: ${yamlText(name)}`,
      `    num_bytes: ${bytes}`,
      `    num_examples: ${rows}`,
    ]),
    `  dataset_size: ${splits.reduce((sum, { bytes }) => sum + bytes, 0)}`,
  ];
}

/** Three whole numbers, as a version has to be: the last two are the first 48 bits of the hash. */
const versionOf = (print: string): string =>
  ["1", ...[print.slice(0, 6), print.slice(6, 12)].map((hex) => parseInt(hex, 16))].join(".");

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
