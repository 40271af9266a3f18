/** How a turn acts, in one word, for the per-turn table of the report. */
import { parseShell } from "../shell/parse.ts";
import { baseName, unwrapCommand } from "../shell/unwrap.ts";
import { firstBlock } from "./block.ts";

/**
 * The main program of the turn's first fenced shell block: "grep", "python", "git diff".
 * `cd x && pytest` is "pytest": changing the folder or the environment is not what is done.
 * "no command" without a block, "not shell" when the block does not parse.
 */
export function actionStyle(content: string): string {
  const block = firstBlock(content);
  if (block === null) return "no command";
  const parsed = parseShell(block);
  if (!parsed.ok) return "not shell";
  const commands = parsed.commands
    .filter((command) => !command.substituted)
    .flatMap((command) => unwrapCommand(command));
  const main = commands.find((command) => !PREPARING.has(command.program)) ?? commands[0];
  if (main === undefined || main.program === "") return "no command";
  const name = baseName(main.program);
  const [verb] = main.args;
  return name === "git" && verb !== undefined && /^[a-z-]+$/.test(verb) ? `git ${verb}` : name;
}

// ---------------------------------------------------------------------------------------------

/** Commands that only set the stage for the next one. */
const PREPARING: ReadonlySet<string> = new Set(["", "cd", "export", "source", ".", "set", "pushd"]);
