/** Simulated target runs as a Markdown table, for the console and docs/tables/target.md. */
import { simulationError } from "../duel/simulate.ts";
import type { TargetFigures } from "./simulate.ts";

export function targetTable(figures: readonly TargetFigures[]): string {
  const rows = figures.map((one) => [
    one.scenario.name,
    String(one.scenario.world.difference),
    String(one.scenario.accepted),
    String(Math.round(one.candidates)),
    percent(one.share),
    withError(one.gateAccepted, one.runs),
    `${percent(one.hit)} of ${one.sufficient}`,
    percent(one.overshoot),
    percent(one.hitAccepted),
    percent(one.overshootAccepted),
  ]);
  return [
    [
      "repositories",
      "true edge",
      "wanted",
      "candidates",
      "share in final/",
      "gate accepts",
      "exactly as many, where there are",
      "more drawn",
      "and accepted",
      "more drawn for both",
    ],
    ["---", ...Array.from({ length: 9 }, () => "--:")],
    ...rows,
  ]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

export function targetNotes(figures: readonly TargetFigures[]): string[] {
  const [first] = figures;
  if (first === undefined) return [];
  return [
    `${first.runs} runs a world; ± is half of the 95 % interval. A turn is in final/ from score ${[...new Set(figures.map(({ scenario }) => scenario.final_min))].join(" or ")} on`,
    "gate accepts: the bound is above 0 at some look of the run (win_margin aside), of all runs",
    "exactly as many: of the runs in which all candidates together hold as many good turns as are wanted",
    "more drawn: mean turns drawn until final/ is full, over what an oracle that knows the share draws (wanted / share)",
    "and accepted: final/ full and accepted, by runs that go on for the gate; more drawn for both: what these draw, over the same oracle, which needs no gate",
  ];
}

// ---------------------------------------------------------------------------------------------

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

const withError = (share: number, runs: number): string =>
  `${percent(share)} ± ${(1.96 * simulationError(share, runs) * 100).toFixed(1)}`;
