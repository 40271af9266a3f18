/** What loaders would refuse of a set, or serve wrongly: told before anything is sent. */
import { UserError } from "../../errors.ts";
import { sha256Hex } from "../turn/hash.ts";
import { misfit, type ColumnTypes } from "./column-types.ts";
import { textsAsTimes } from "./texts-as-times.ts";

/** What dataset_stats.json says of a set; sets of older builds lack some of it. */
export type SetSays = {
  readonly formats?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly columns?: Readonly<Record<string, ColumnTypes>>;
  readonly files?: readonly { readonly name: string }[];
  /** Hash of the card as it was written. */
  readonly card?: string;
  readonly val_fraction?: number;
  /** Of an eval set with a folder of its own: the share that was asked for, and of how many turns. */
  readonly eval_fraction?: number;
  readonly eval_of_turns?: number;
};

export type LineCheck = {
  /** Looks at a row. @returns what a loader would say of it, null: nothing. */
  row(row: Readonly<Record<string, unknown>>): string | null;
  /** Looks at the file as a whole, when all of its rows have passed. */
  end(): string | null;
};

/** The check of one data file of the set. @param name relative, "kto/train.jsonl". */
export function lineCheck(name: string, says: SetSays): LineCheck {
  const folder = name.includes("/") ? name.slice(0, name.lastIndexOf("/")) : null;
  const format = folder ?? Object.keys(says.formats ?? {})[0] ?? "";
  const columns = says.columns?.[format];
  const labels = new Set<unknown>();
  // Parquet carries its types, and where it is there the card names it.
  const isTyped =
    says.files?.some((file) => file.name === name.replace(/jsonl$/, "parquet")) === true;
  const times = textsAsTimes(isTyped ? {} : (columns ?? {}));
  let rows = 0;
  return {
    row(row) {
      rows++;
      if ("label" in row) labels.add(row["label"]);
      times.see(row);
      return columns === undefined ? null : misfit(row, columns);
    },
    end() {
      if (rows === 0) return "it has no rows, and loaders fail on empty files";
      const [time] = times.found();
      if (time !== undefined)
        return `every text of ${time} reads as a time, and datasets would load it as one, in other signs: build the set with --parquet`;
      const isTrain = /(^|\/)(train|dev)\.jsonl$/.test(name);
      return format === "kto" && isTrain && labels.size === 1
        ? `all of its labels are ${String([...labels][0])}: nothing is learned from one side`
        : null;
    },
  };
}

/** True for a file of rows. */
export const isDataFile = (name: string): boolean =>
  name.endsWith(".jsonl") && name !== "skipped.jsonl";

/**
 * What is wrong with the card, or odd about it.
 * @param files data files of the set. @returns sentences for the person. @throws UserError where the card
 *   names other files than there are.
 */
export function checkCard(text: string, files: readonly string[], says: SetSays): string[] {
  if (says.card === undefined || says.card === sha256Hex(text)) return [];
  const head = text.split("\n---")[0] ?? "";
  const missing = files.find((name) => {
    const twin = name.replace(/\.jsonl$/, ".parquet");
    return (
      !head.includes(`path: ${JSON.stringify(name)}`) &&
      !head.includes(`path: ${JSON.stringify(twin)}`)
    );
  });
  if (missing === undefined)
    return ["README.md was edited by hand since the set was built: it goes up as it is"];
  throw new UserError(
    `publish: README.md was edited by hand, and its head no longer names ${missing}`,
    "put the lines between the two --- back, or build the set again with --force (the edited card is kept)",
  );
}

/** @throws UserError where splits to measure on have swallowed most of the set. */
export function checkShares(says: SetSays): void {
  checkEval(says);
  const { formats, val_fraction: asked } = says;
  if (asked === undefined || asked === 0 || asked > 0.5) return;
  for (const [format, sizes] of Object.entries(formats ?? {})) {
    const held = Object.entries(sizes).filter(([split]) => split === "val");
    const rows = Object.values(sizes).reduce((sum, n) => sum + n, 0);
    const inVal = held.reduce((sum, [, n]) => sum + n, 0);
    if (inVal * 2 <= rows || rows < 10) continue;
    throw new UserError(
      `publish: of ${format} ${inVal} of ${rows} rows are in val, and ${asked} of them were asked for`,
      "one group is larger than all others: give other input, or --group-by instance",
    );
  }
}

// ---------------------------------------------------------------------------------------------

/** An eval set is taken from turns that stand in other folders: how many, it says itself. */
function checkEval({ formats, eval_fraction: asked, eval_of_turns: turns }: SetSays): void {
  if (asked === undefined || turns === undefined || asked > 0.5 || turns < 10) return;
  const rows = Object.values(formats ?? {})
    .map((sizes) => Object.values(sizes).reduce((sum, n) => sum + n, 0))
    .reduce((most, n) => Math.max(most, n), 0);
  if (rows * 2 <= turns) return;
  throw new UserError(
    `publish: ${rows} of ${turns} turns are in the eval set, and ${asked} of them were asked for`,
    "one group is larger than all others: give other runs, or --group-by instance",
  );
}
