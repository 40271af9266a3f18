/**
 * How long the rows of a set are for a trainer, and the settings with which it cuts and drops none: trainers
 * cut at lengths of their own, and say nothing. Defaults as run: TRL 1.16, LLaMA-Factory 0.9.5.
 */
import type { NumberList } from "./row-index.ts";
import { lengthLimit } from "./trainer-settings.ts";

/** How tokens were counted. */
export type Counted =
  /** By the tokenizer, of the text that the model's template renders. */
  | "template"
  /** Contents by the tokenizer, markup as ChatML has it. */
  | "tokenizer"
  /** Four characters a token. */
  | "estimate";

export type LengthStats = {
  readonly counted: Counted;
  readonly longest: number;
  /** Whose row that is: its instance and turn. */
  readonly longest_row: string;
  /** Rows that are longer: "1024" -> 17. */
  readonly over: Readonly<Record<string, number>>;
  /** A limit that no row reaches, with room for what was not counted. */
  readonly safe_limit: number;
};

export const LENGTHS = [1024, 2048, 4096, 8192, 16384] as const;

/** @param lengths tokens of each row as one sequence: prompt, answer (of two the longer) and markup. */
export function lengthStats(
  lengths: NumberList,
  longestRow: string,
  counted: Counted,
): LengthStats {
  const over = new Map<number, number>(LENGTHS.map((limit) => [limit, 0]));
  let longest = 0;
  for (let row = 0; row < lengths.length; row++) {
    const length = lengths.at(row);
    longest = Math.max(longest, length);
    for (const limit of LENGTHS) if (length > limit) over.set(limit, (over.get(limit) ?? 0) + 1);
  }
  return {
    counted,
    longest,
    longest_row: longestRow,
    over: Object.fromEntries(over),
    safe_limit: lengthLimit({ maxTokens: longest, isExact: counted !== "estimate" }),
  };
}

/** One line for the summary. */
export function lengthNote({ counted, longest, longest_row: row, over }: LengthStats): string {
  const long = LENGTHS.map((limit) => `${over[limit] ?? 0} over ${thousands(limit)}`);
  const of = row === "" ? "" : ` (${row})`;
  return `longest row ${thousands(longest)} tokens${of}, ${HOW[counted]}; ${long.join(", ")}: trainers cut or drop such rows unless told (README.md, Lengths)`;
}

/** The card's section. */
export function lengthSection(stats: LengthStats): string[] {
  const { counted, longest, longest_row: row, over, safe_limit: limit } = stats;
  return [
    "## Lengths",
    "",
    `Longest row: ${thousands(longest)} tokens${row === "" ? "" : ` (${row})`}, ${HOW[counted]}. A row is one sequence: prompt and answer, of two answers the longer.`,
    "",
    `| rows over | ${LENGTHS.map(thousands).join(" | ")} |`,
    `|---|${LENGTHS.map(() => "---:").join("|")}|`,
    `| | ${LENGTHS.map((one) => over[one] ?? 0).join(" | ")} |`,
    "",
    "With these settings nothing is cut or dropped:",
    "",
    "| trainer | setting | its default |",
    "|---|---|---|",
    `| TRL (SFT, DPO, KTO) | \`max_length=None\` (or \`max_length=${limit}\`) | 1,024: ${over[1024] ?? 0} rows lose their answer or are dropped, without a word |`,
    `| LLaMA-Factory | \`cutoff_len: ${limit}\` | 2,048: ${over[2048] ?? 0} rows are cut |`,
    `| axolotl | \`sequence_len: ${limit}\` | set it: longer rows are cut or dropped |`,
    "",
    ...(counted === "template" ? [] : [`${MORE[counted]}.`, ""]),
  ];
}

// ---------------------------------------------------------------------------------------------

const HOW: Readonly<Record<Counted, string>> = {
  template: "counted with the tokenizer and the chat template named",
  tokenizer: "counted with the tokenizer named, markup as ChatML has it",
  estimate: "an estimate at four characters a token",
};

const MORE: Readonly<Record<Exclude<Counted, "template">, string>> = {
  tokenizer:
    "The limits have a tenth of room for another template's markup; --tokenizer-config counts that as well",
  estimate:
    "The limits are twice the estimate; --tokenizer FILE (and --tokenizer-config FILE) count exactly",
};

const thousands = (value: number): string => String(value).replace(/\B(?=(?:\d{3})+$)/g, ",");
