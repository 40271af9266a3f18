/** `simulate --target`: runs towards a target where the truth is known, printed and kept as a table. */
import { simulateTargets, type TargetSimulation } from "../core/target/simulate.ts";
import { targetNotes, targetTable } from "../core/target/simulation-table.ts";
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
  rules: TargetSimulation,
): Promise<number> {
  const figures = simulateTargets(runs, rules);
  const notes = targetNotes(figures).map((note) => `- ${note}`);
  const body = `${targetTable(figures)}\n\n${notes.join("\n")}`;
  process.stdout.write(`${json ? JSON.stringify(figures) : body}\n`);
  if (write) await writeTable("target", body, `--target --runs ${runs} --seed ${seed}`);
  return 0;
}
