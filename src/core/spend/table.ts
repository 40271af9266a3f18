/** The estimate as lines for a person. */
import { askedHereLine, type Carrying } from "./carried.ts";
import { totalOf, type EstimateRow } from "./estimate.ts";

/** A header, a line a stage and model, a sum, what has no price, and what the engine does not carry. */
export function estimateLines(rows: readonly EstimateRow[], engine: Carrying): string[] {
  if (rows.length === 0) return ["nothing is left to ask"];
  const total = totalOf(rows);
  const cells = [
    ["stage", "model", "calls", "at most", "tokens in", "out", "at most", "USD", "at most"],
    ...rows.map((row) => cellsOf(row.stage, `${row.provider}/${row.model}`, row)),
    cellsOf("all", "", total),
  ];
  const widths = cells[0]?.map((_, column) =>
    Math.max(...cells.map((line) => line[column]?.length ?? 0)),
  );
  const lines = cells.map((line) =>
    line
      .map((cell, column) =>
        column < 2 ? cell.padEnd(widths?.[column] ?? 0) : cell.padStart(widths?.[column] ?? 0),
      )
      .join("  ")
      .trimEnd(),
  );
  const unpriced = rows.filter(({ usd }) => usd === null);
  const here = askedHereLine(rows, engine);
  return [
    ...lines,
    ...(unpriced.length === 0 ? [] : [unpricedLine(unpriced)]),
    ...(here === null ? [] : [here]),
  ];
}

/**
 * What stands under the estimate. `next`: the command by which the five stages go on, null when they are done.
 * With nothing to ask, what is not drawn or reported yet is still to do; and refine comes only when it is wanted.
 */
export function estimateNotes(rows: readonly EstimateRow[], next: string | null): string[] {
  if (rows.length === 0 && next !== null)
    return [`of what is drawn no model call is missing; next: ${next}`];
  return rows.some(({ stage }) => stage === "refine")
    ? ["refine is none of the five stages: it runs when you type npm run stage:refine"]
    : [];
}

// ---------------------------------------------------------------------------------------------

type Numbers = Omit<EstimateRow, "stage" | "provider" | "model">;

function cellsOf(stage: string, model: string, row: Numbers): string[] {
  return [
    stage,
    model,
    String(row.calls),
    String(row.most_calls),
    thousands(row.tokens_in),
    thousands(row.tokens_out),
    thousands(row.most_tokens),
    dollars(row.usd),
    dollars(row.most_usd),
  ];
}

const thousands = (n: number): string => (n < 10_000 ? String(n) : `${Math.round(n / 1000)}k`);

const dollars = (usd: number | null): string => (usd === null ? "unpriced" : usd.toFixed(2));

function unpricedLine(rows: readonly EstimateRow[]): string {
  const models = [...new Set(rows.map(({ provider, model }) => `${provider}/${model}`))];
  return `no price is known for ${models.join(", ")}: add [provider.NAME.price."MODEL"] with input and output to chain.toml`;
}
