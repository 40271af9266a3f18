/** The figures of panels and ways of sorting as Markdown tables. */
import type { PanelFigures, SortingFigures } from "./simulate-panel.ts";

export function panelTable(all: readonly PanelFigures[]): string {
  return tableOf(
    [
      "judges' shared error",
      "panel",
      "calls a turn",
      "top tenth by score",
      "by posterior",
      "other side",
    ],
    2,
    all.map(({ sharedError, name, calls, precision, byPosterior, otherBucket }) => [
      String(sharedError),
      name,
      calls.toFixed(2),
      percent(precision),
      percent(byPosterior),
      otherBucket === null ? "-" : percent(otherBucket),
    ]),
  );
}

export function sortingTable(all: readonly SortingFigures[]): string {
  return tableOf(
    ["judges' error", "shared", "sorted by", "in final/", "truly no better", "reckoned"],
    3,
    all.map(({ judgeError, sharedError, by, n_final, noBetter, said }) => [
      String(judgeError),
      String(sharedError),
      by,
      String(n_final),
      noBetter === null ? "-" : percent(noBetter),
      said === null ? "-" : said.map(percent).join(" to "),
    ]),
  );
}

export function panelNotes(
  panels: readonly PanelFigures[],
  sorted: readonly SortingFigures[],
): string[] {
  const [panel] = panels;
  const [one] = sorted;
  if (panel === undefined || one === undefined) return [];
  return [
    `panels: ${panel.turns} turns a row; top tenth: share of the tenth with the highest scores that is truly of the highest tenth; other side: turns on another side of its limit than with all of the judges`,
    `sorting: three judges in both orders, final_min ${one.final_min}; no better: a true score of at most 50; reckoned: as if judges erred independently, to with the shared error taken from their agreement; a turn's true advantage varies by 1, a judge's error on it by the number given`,
  ];
}

// ---------------------------------------------------------------------------------------------

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

function tableOf(
  head: readonly string[],
  firstNumber: number,
  rows: readonly (readonly string[])[],
): string {
  const lines = head.map((_, column) => (column < firstNumber ? "---" : "--:"));
  return [head, lines, ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
