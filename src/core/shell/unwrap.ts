/**
 * What a wrapped command really runs: `sudo timeout 60 env A=1 bash -c 'pytest -q'` runs pytest.
 * Kept apart from the parse, because some readers must see the wrapper itself.
 */
import { parseShell } from "./parse.ts";
import type { ShellCommand } from "./command.ts";

/**
 * The commands behind wrappers (sudo, timeout, env, nice, nohup, time, stdbuf, xargs, exec,
 * bash -c ...), peeled one by one; a command that is no wrapper comes back alone, as it is.
 * A script given to `bash -c` that is no valid shell leaves the `bash` command as it is.
 */
export function unwrapCommand(command: ShellCommand): readonly ShellCommand[] {
  let current = command;
  for (;;) {
    const script = shellScript(current);
    if (script !== null) {
      const parsed = parseShell(script);
      return parsed.ok && parsed.commands.length > 0
        ? parsed.commands.flatMap(unwrapCommand)
        : [current];
    }
    const inner = peel(current);
    if (inner === null) return [current];
    current = inner;
  }
}

/** "/usr/bin/python3" -> "python3". */
export function baseName(program: string): string {
  return program.slice(program.lastIndexOf("/") + 1);
}

// ---------------------------------------------------------------------------------------------

type Wrapper = {
  /** Options that take the next word as their value. */
  readonly valued: readonly string[];
  /** Words between the options and the command: the seconds of `timeout 60 pytest`. */
  readonly operands?: number;
};

const WRAPPERS: ReadonlyMap<string, Wrapper> = new Map<string, Wrapper>(
  Object.entries({
    sudo: { valued: ["-u", "-g", "-h", "-p", "-C", "-D", "-R", "-T", "-U", "--user", "--group"] },
    doas: { valued: ["-u", "-C"] },
    timeout: { valued: ["-k", "-s", "--kill-after", "--signal"], operands: 1 },
    gtimeout: { valued: ["-k", "-s"], operands: 1 },
    env: { valued: ["-u", "-C", "--unset", "--chdir"] },
    nice: { valued: ["-n", "--adjustment"] },
    ionice: { valued: ["-c", "-n", "-p"] },
    nohup: { valued: [] },
    time: { valued: ["-f", "-o", "--format", "--output"] },
    stdbuf: { valued: ["-i", "-o", "-e", "--input", "--output", "--error"] },
    setsid: { valued: [] },
    unbuffer: { valued: [] },
    command: { valued: [] },
    builtin: { valued: [] },
    exec: { valued: ["-a"] },
    "xvfb-run": { valued: ["-n", "-s", "-e"] },
    strace: { valued: ["-e", "-o", "-p", "-s"] },
    xargs: {
      valued: ["-I", "-n", "-P", "-L", "-d", "-s", "-E", "-a", "--max-args", "--max-procs"],
    },
  }),
);

const SHELLS: ReadonlySet<string> = new Set(["bash", "sh", "zsh", "dash", "ksh"]);

/** The text after `-c`; null for anything else. */
function shellScript(command: ShellCommand): string | null {
  if (!SHELLS.has(baseName(command.program))) return null;
  const at = command.args.findIndex((arg) => /^-[a-z]*c$/.test(arg));
  return at < 0 ? null : (command.args[at + 1] ?? null);
}

/** The command inside one wrapper; null when it is no wrapper or wraps nothing (`env`, `sudo -l`). */
function peel(command: ShellCommand): ShellCommand | null {
  const wrapper = WRAPPERS.get(baseName(command.program));
  if (wrapper === undefined) return null;
  // `command -v x` asks where x is, it does not run it.
  if (command.program === "command" && /^-[vV]$/.test(command.args[0] ?? "")) return null;
  const words = [...command.args];
  const assigns = [...command.assigns];
  let operands = wrapper.operands ?? 0;
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (wrapper.valued.includes(word)) words.shift();
    else if (word.startsWith("-")) continue;
    else if (operands > 0) operands--;
    else if (/^[A-Za-z_]\w*=/.test(word)) assigns.push(word);
    else return { ...command, program: word, args: words, assigns };
  }
  return null;
}
