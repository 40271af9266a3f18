/** `simulate --target`: runs towards a target where the truth is known, printed and kept as a table. */
import type { Command } from "commander";
import type { SimulationRules } from "../core/duel/simulate.ts";
import { simulateTargets } from "../core/target/simulate.ts";
import { targetNotes, targetTable } from "../core/target/simulation-table.ts";
import { UserError } from "../errors.ts";
import { writeTable } from "./made-table.ts";

type Flags = {
  readonly runs: number;
  readonly seed: number;
  readonly json: boolean;
  readonly write: boolean;
};

/** Gives the exit code. */
export async function simulateToTarget(
  { runs, seed, json, write }: Flags,
  rules: SimulationRules,
): Promise<number> {
  const figures = simulateTargets(runs, rules);
  const notes = targetNotes(figures).map((note) => `- ${note}`);
  const body = `${targetTable(figures)}\n\n${notes.join("\n")}`;
  process.stdout.write(`${json ? JSON.stringify(figures) : body}\n`);
  if (write) await writeTable("target", body, `--target --runs ${runs} --seed ${seed}`);
  return 0;
}

/** A flag that nobody would read is somebody's mistake. @throws UserError that names the flag it belongs to */
export function refuseUnused(
  command: Command,
  { target, panels }: { readonly target: boolean; readonly panels: boolean },
): void {
  const isGiven = (name: string): boolean => command.getOptionValueSource(name) === "cli";
  if (isGiven("runs") && !target)
    throw new UserError(
      "simulate: --runs is of --target",
      "npm run simulate -- --target --runs <n>",
    );
  if (target && panels)
    throw new UserError("simulate: --target and --panels are two tables", "name one of them");
  if (isGiven("duels") && (target || panels))
    throw new UserError(
      `simulate: --duels is not of --${target ? "target" : "panels"}`,
      target ? "--runs says how many runs it draws" : "leave it out",
    );
}
