/** What the rounds of a soak came to, as a Markdown table: a row a stage, and their sum. */
import { killsOf } from "./kill.ts";
import type { Round } from "./round.ts";

export const sumOfKills = (rounds: readonly Round[]): number => sumOf(rounds, killsOf);

const COLUMNS: readonly (readonly [title: string, of: (rounds: readonly Round[]) => number])[] = [
  ["rounds", (rounds) => rounds.length],
  ["kills", sumOfKills],
  ["mid-write", (rounds) => sumOf(rounds, ({ midWrite }) => midWrite)],
  ["mid-call", (rounds) => sumOf(rounds, ({ midCall }) => midCall)],
  ["stopped", (rounds) => sumOf(rounds, ({ stopped }) => stopped)],
  ["clock jumps", (rounds) => sumOf(rounds, ({ clock }) => clock)],
  ["disk full", (rounds) => sumOf(rounds, ({ full }) => full)],
  ["torn tails", (rounds) => sumOf(rounds, ({ tails }) => tails)],
  ["second starters", (rounds) => sumOf(rounds, ({ twice }) => twice)],
  ["of them refused", (rounds) => sumOf(rounds, ({ refused }) => refused)],
  ["small budgets", (rounds) => sumOf(rounds, ({ underBudget }) => underBudget)],
  ["requests", (rounds) => sumOf(rounds, ({ requests }) => requests)],
  ["delivered", (rounds) => sumOf(rounds, ({ delivered }) => delivered)],
  ["filed", (rounds) => sumOf(rounds, ({ filed }) => filed)],
  ["in flight at kills", (rounds) => sumOf(rounds, ({ open }) => open)],
  ["promises broken", (rounds) => sumOf(rounds, ({ broken }) => broken.length)],
];

export function soakTable(rounds: readonly Round[]): string[] {
  const stages = [...new Set(rounds.map(({ stage }) => stage))];
  const row = (name: string, of: readonly Round[]): string =>
    `| ${[name, ...COLUMNS.map(([, count]) => count(of).toLocaleString("en"))].join(" | ")} |`;
  return [
    `| ${["stage", ...COLUMNS.map(([title]) => title)].join(" | ")} |`,
    `| --- |${" ---: |".repeat(COLUMNS.length)}`,
    ...stages.map((name) =>
      row(
        name,
        rounds.filter(({ stage }) => stage === name),
      ),
    ),
    row("all", rounds),
  ];
}

// ---------------------------------------------------------------------------------------------

function sumOf(rounds: readonly Round[], count: (round: Round) => number): number {
  return rounds.reduce((sum, round) => sum + count(round), 0);
}
