/** A stage's script: the flags first, then everything else, so that --help loads nothing large. */
import type { Command } from "commander";
import { parseFlags, type CommonFlags } from "./cli.ts";
import type { Stage } from "./wiring.ts";

/** A whole stage script; `load` imports the stage. Gives the exit code. */
export async function runStage<Flags extends CommonFlags>(
  command: Command,
  load: () => Promise<Stage<Flags>>,
): Promise<number> {
  const flags = parseFlags<Flags>(command, process.argv.slice(2));
  const [{ runInWorkspace }, stage] = await Promise.all([import("./wiring.ts"), load()]);
  return runInWorkspace(command.name().replace(/^stage:/, ""), flags, stage);
}
