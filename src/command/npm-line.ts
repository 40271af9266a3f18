/** What to say of flags that npm took for its own settings: `npm run stage:king --limit 1`. */
import { existsSync } from "node:fs";
import type { Command } from "commander";
import { shellWord } from "../core/text/typed-command.ts";
import { UserError } from "../errors.ts";
import { npmFlags } from "../io/npm-flags.ts";

/** Whether this is the package, where there are no npm scripts to name. */
export const isPackage = !existsSync(new URL("../../scripts", import.meta.url));

const NUMBERS: ReadonlySet<string> = new Set(["limit", "concurrency", "port", "seed", "count"]);

/** People set these for npm itself, and mean npm. */
const NPMS_OWN = ["force", "json", "yes"];

/**
 * null: npm took nothing. `fault`: it took what the command cannot do without; `said`: what the command
 * does without.
 */
export function swallowed(
  argv: readonly string[],
  command: Command,
  flags = npmFlags(process.env, switchesOf(command), valuedOf(command)),
): { readonly fault: UserError | null; readonly said: string | null } | null {
  if (flags === null || flags.taken.size === 0) return null;
  const { script, taken } = flags;
  const own = [...taken].filter(([name]) => isMeant(command, name, argv));
  const lost = own.filter(([name]) => !NPMS_OWN.includes(name));
  const npms = own.filter(([name]) => NPMS_OWN.includes(name)).map(([name]) => `--${name}`);
  if (lost.length > 0) {
    const names = lost.map(([name]) => `--${name}`).join(", ");
    return {
      fault: new UserError(
        `${script}: npm took ${names} for its own: flags stand behind "--"`,
        `npm run ${script} -- ${lineOf(argv, lost, command).map(shellWord).join(" ")}`,
      ),
      said: null,
    };
  }
  if (npms.length === 0) return null;
  const again = `npm run ${script} -- ${[...argv, ...npms].map(shellWord).join(" ")}`;
  const said = `${script}: npm took ${npms.join(", ")} for its own, and this goes on without; if it was meant for Kingmaker: ${again}`;
  return { fault: null, said };
}

// ---------------------------------------------------------------------------------------------

/** "estimate", "dry-run" ... */
function switchesOf(command: Command): string[] {
  return command.options.flatMap(({ long, required, optional, negate }) =>
    required || optional || negate || long == null ? [] : [long.slice(2)],
  );
}

/** "engine", "until" ... */
function valuedOf(command: Command): string[] {
  return command.options.flatMap(({ long, required }) =>
    required && long != null ? [long.slice(2)] : [],
  );
}

/** `engine-strict` is a setting of npm's that many have: of a flag with choices one must be among the words. */
function isMeant(command: Command, name: string, argv: readonly string[]): boolean {
  const option = command.options.find(({ long, hidden }) => long === `--${name}` && !hidden);
  if (option === undefined) return false;
  return option.argChoices?.some((choice) => argv.includes(choice)) ?? true;
}

/** The words that npm handed on with what it took put back; "true": the value is one of these words. */
function lineOf(
  argv: readonly string[],
  lost: readonly (readonly [string, string])[],
  command: Command,
): string[] {
  const words = [...argv];
  const flags = lost.flatMap(([name, value]) => {
    const takes = command.options.some(({ long, required }) => long === `--${name}` && required);
    if (!takes) return [`--${name}`];
    if (value !== "true") return [`--${name}`, value];
    const choices = command.options.find(({ long }) => long === `--${name}`)?.argChoices;
    const fits = words.findIndex((word) =>
      choices !== undefined
        ? choices.includes(word)
        : NUMBERS.has(name)
          ? /^\d+$/.test(word)
          : !word.startsWith("-"),
    );
    return [`--${name}`, ...(fits < 0 ? [`<${name}>`] : words.splice(fits, 1))];
  });
  return [...words, ...flags];
}
