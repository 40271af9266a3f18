/** summarize: counts, lengths and labels of a JSON Lines set, printed; drawn where that is asked for. */
import { summarySvg } from "../core/summary/chart.ts";
import { addRow, emptyTally, summaryLines, summaryOf } from "../core/summary/summary.ts";
import { writeWhole } from "../io/store.ts";
import { readRows } from "../io/rows.ts";

export type SummarizeOptions = {
  /** Where the drawing goes; undefined: none is made. */
  readonly svg?: string;
  /** Count broken lines and go on. */
  readonly skipBad: boolean;
};

/** Lines for the person. @throws UserError for a missing file or a broken line. */
export async function summarize(
  path: string,
  options: SummarizeOptions,
): Promise<readonly string[]> {
  const tally = emptyTally();
  let bad = 0;
  const onBad = options.skipBad ? (): void => void bad++ : undefined;
  for await (const { row } of readRows(path, onBad)) addRow(tally, row);
  const summary = summaryOf(tally);
  const { svg } = options;
  if (svg !== undefined) await writeWhole(svg, summarySvg(path, summary));
  return [
    ...summaryLines(path, summary),
    ...(bad > 0 ? [`  ${bad} ${bad === 1 ? "line is" : "lines are"} not JSON and left out`] : []),
    ...(svg === undefined ? [] : [`  drawn in ${svg}`]),
  ];
}
