/** The commands of a script with what they are fed, launchers peeled, shells on standard input opened. */
import type { ShellCommand } from "../shell/command.ts";
import { baseName } from "../shell/unwrap.ts";
import type { FedCommand } from "./interpreter-kind.ts";
import { launched, scriptCommands } from "./launchers.ts";

/**
 * Every command that runs, in source order. `find -exec` gives two: the search, and what it runs on
 * each hit; `bash -s <<EOF` gives those of the here-document.
 */
export function expanded(commands: readonly ShellCommand[], depth = 0): readonly FedCommand[] {
  const fed: FedCommand[] = [];
  let before: FedCommand | undefined;
  for (const command of commands) {
    const [last, ...others] = launched(command).toReversed();
    const stdin = stdinOf(command, before);
    for (const one of others.toReversed()) fed.push(one, ...foundBy(one));
    if (last === undefined) continue;
    const whole: FedCommand = stdin === undefined ? last : { ...last, stdin };
    fed.push(...opened(whole, depth));
    // A substitution stands behind the command that holds it, and feeds nobody behind it.
    if (!command.substituted) before = whole;
  }
  return fed;
}

// ---------------------------------------------------------------------------------------------

const DEEPEST = 4;
const SHELLS = /^(ba|z|da|k|a)?sh$/;

function opened(command: FedCommand, depth: number): readonly FedCommand[] {
  const found = foundBy(command);
  const isShell = SHELLS.test(baseName(command.program)) && depth < DEEPEST;
  if (!isShell || command.stdin === undefined || hasScript(command.args))
    return [command, ...found];
  const inner = scriptCommands(command.stdin);
  return inner === null
    ? [command]
    : expanded(
        inner.map((one) => ({ ...one, substituted: command.substituted })),
        depth + 1,
      );
}

/** A script file among the arguments: then standard input is that script's, not the shell's. */
const hasScript = (args: readonly string[]): boolean => {
  const at = args.findIndex(
    (arg, n) => !/^[-+]/.test(arg) && !/^-[a-z]*o$/.test(args[n - 1] ?? ""),
  );
  return at >= 0 && !args.slice(0, at).some((arg) => /^-[a-z]*s$/.test(arg));
};

/** What `find -exec` and `fd -x` run. */
function foundBy(command: ShellCommand): readonly FedCommand[] {
  const name = baseName(command.program);
  if (!/^(find|gfind|fd|fdfind)$/.test(name)) return [];
  const flag =
    name.endsWith("find") && name !== "fdfind"
      ? /^-(exec|execdir|ok|okdir)$/
      : /^(-[xX]|--exec(-batch)?)$/;
  return command.args.flatMap((arg, at) => {
    if (!flag.test(arg)) return [];
    const rest = command.args.slice(at + 1);
    const end = rest.findIndex((word) => word === ";" || word === "+");
    const [program = "", ...args] = end < 0 ? rest : rest.slice(0, end);
    return launched({ ...command, program, args, redirects: [], heredocs: [], piped: false });
  });
}

/** A here-document, a here-string, or what `echo`, `printf` or `cat <<EOF` before the pipe says. */
function stdinOf(command: ShellCommand, before: FedCommand | undefined): string | undefined {
  const [body] = command.heredocs;
  if (body !== undefined) return body;
  const word = command.redirects.find(({ op }) => op === "<<<");
  if (word !== undefined) return word.target;
  if (!command.piped || before === undefined) return undefined;
  const name = baseName(before.program);
  if (name === "cat" || name === "tee") return before.stdin;
  if (name !== "echo" && name !== "printf") return undefined;
  const said = before.args.filter((arg) => !/^-[neE]+$/.test(arg)).join(" ");
  return said.replaceAll("\\n", "\n");
}
