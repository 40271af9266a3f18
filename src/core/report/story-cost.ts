/** Cost by stage and model, from the ledger. A price that is not known is said, never taken as 0. */
import type { Block } from "./document.ts";
import { costChart, type StageCost } from "./charts/cost.ts";
import { counted, duration, percent, thousands, usd } from "./format.ts";
import { isRecorded, type ReportData } from "./report-data.ts";
import { stageIndex } from "./spending.ts";

export function costBlocks({ config, spending, runs }: ReportData): Block[] {
  const heading = { kind: "heading", level: 2, text: "Cost" } as const;
  const chart = costChart(stageCosts(spending, runs));
  const pictures = chart === null ? [] : [{ kind: "picture", file: "cost.svg", chart } as const];
  if (spending.length === 0) {
    return [
      heading,
      {
        kind: "text",
        text: isRecorded(config)
          ? "Recorded replies cost nothing: no call is in the ledger."
          : "No call is in the ledger.",
      },
      ...pictures,
    ];
  }
  const sum = (of: (entry: (typeof spending)[number]) => number): number =>
    spending.reduce((all, entry) => all + of(entry), 0);
  const [calls, failed, unpriced, lost, booked] = [
    sum((e) => e.calls),
    sum((e) => e.failed),
    sum((e) => e.unpriced),
    sum((e) => e.lost),
    sum((e) => e.booked ?? 0),
  ];
  const tokensIn = sum((e) => e.tokens_in);
  return [
    heading,
    {
      kind: "list",
      items: [
        spentText({ usd: sum((e) => e.usd), calls, unpriced }),
        failed === 0
          ? "no call failed"
          : `${counted(failed, "call")} failed; ${unpriced === calls ? "what they cost is not known" : `they cost ${usd(sum((e) => e.usd_failed))} of it`}`,
        ...(tokensIn === 0
          ? []
          : [
              `${percent(sum((e) => e.tokens_cached) / tokensIn)} of the tokens sent were read from the provider's cache`,
            ]),
        ...(isRecorded(config) ? ["recorded replies have no tokens and no price"] : []),
        ...(lost === 0
          ? []
          : [
              `${counted(lost, "call")} in flight when a run ended have no outcome; ${usd(sum((e) => e.usd_lost))} stay reserved for them${besides(sum((e) => e.unpriced_lost ?? 0))}`,
            ]),
        ...(booked === 0
          ? []
          : [
              `${counted(booked, "call")} in flight at a kill, too long ago to be answered any more, are booked at the most they can have cost: ${usd(sum((e) => e.usd_booked ?? 0))} of the sum${besides(sum((e) => e.unpriced_booked ?? 0))}`,
            ]),
      ],
    },
    {
      kind: "table",
      columns: [
        { name: "stage" },
        { name: "model" },
        ...[
          "calls",
          "failed",
          "tokens in",
          "cached",
          "out",
          "of it reasoning",
          "USD",
          "mean latency",
        ].map((name) => ({ name, align: "right" }) as const),
      ],
      rows: spending.map((entry) => [
        entry.stage,
        entry.model,
        thousands(entry.calls),
        thousands(entry.failed),
        thousands(entry.tokens_in),
        percent(entry.tokens_in === 0 ? null : entry.tokens_cached / entry.tokens_in),
        thousands(entry.tokens_out),
        thousands(entry.tokens_reasoning),
        entry.unpriced === 0
          ? usd(entry.usd)
          : entry.unpriced === entry.calls
            ? "unpriced"
            : `${usd(entry.usd)} + ${entry.unpriced} unpriced`,
        entry.calls === 0 ? "–" : duration(entry.latency_ms / entry.calls),
      ]),
    },
    ...pictures,
  ];
}

// ---------------------------------------------------------------------------------------------

const TO_PRICE =
  "npm run prices asks the provider, or add a price table to its section of chain.toml";

/** What no price is known of is never shown as 0. */
function spentText(all: { usd: number; calls: number; unpriced: number }): string {
  const { calls, unpriced } = all;
  const told = `${counted(calls, "call")}, over all runs`;
  if (unpriced === 0) return `${usd(all.usd)} in ${told}`;
  if (unpriced === calls) return `unpriced: ${told}, none with a known price (${TO_PRICE})`;
  return `${usd(all.usd)} in ${told}, without the ${counted(unpriced, "call")} of which no price is known (${TO_PRICE})`;
}

const besides = (unpriced: number): string =>
  unpriced === 0 ? "" : `; ${unpriced} of them without a known price are not in it`;

function stageCosts(spending: ReportData["spending"], runs: ReportData["runs"]): StageCost[] {
  const names = new Set([...spending.map((entry) => entry.stage), ...Object.keys(runs)]);
  names.delete("report");
  return [...names]
    .sort((a, b) => stageIndex(a) - stageIndex(b) || (a < b ? -1 : 1))
    .map((stage) => {
      const of = spending.filter((entry) => entry.stage === stage);
      return {
        stage,
        usd: of.reduce((sum, entry) => sum + entry.usd, 0),
        isUnpriced:
          of.length > 0 && of.every(({ unpriced, calls }) => calls > 0 && unpriced === calls),
        wall_ms: runs[stage]?.wall_ms ?? null,
      };
    });
}
