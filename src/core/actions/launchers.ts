/**
 * Programs that start the command they are given: `poetry run pytest`, `docker exec web ls`,
 * `su -c 'make' app`. What they start decides. sudo, timeout, env, xargs and alike are peeled by
 * core/shell already; those here are known by their subcommands and options.
 */
import type { ShellCommand } from "../shell/command.ts";
import { parseShell } from "../shell/parse.ts";
import { baseName, unwrapCommand } from "../shell/unwrap.ts";
import { firstOperand, wordSet } from "./words-after.ts";

/** The commands that really run, wrappers and launchers peeled one by one. */
export function launched(command: ShellCommand, depth = 0): readonly ShellCommand[] {
  return unwrapCommand(command).flatMap((one) => {
    // What xargs feeds arrives as arguments, not through the pipe.
    const own = baseName(command.program) === "xargs" ? { ...one, piped: false } : one;
    const inner = depth > DEEPEST ? null : innerOf(own);
    if (inner === null) return [own];
    return inner.flatMap((next) => launched(next, depth + 1));
  });
}

/** Commands of a script that a program is given as text; null when it is no shell. */
export function scriptCommands(script: string): readonly ShellCommand[] | null {
  const parsed = parseShell(script);
  return parsed.ok && parsed.commands.length > 0 ? parsed.commands : null;
}

// ---------------------------------------------------------------------------------------------

const DEEPEST = 8;

type Launcher = {
  /** Words that have to stand before the command: ["run"], ["compose", "exec"]. */
  readonly verbs: readonly string[];
  /** Options that take the next word. */
  readonly valued?: ReadonlySet<string>;
  /** Words between options and command: the container of `docker exec`. */
  readonly operands?: number;
  /** A script follows this option: `su -c 'make'`. */
  readonly script?: RegExp;
  /** The script's option has to stand before any operand: `npx -c 'x'`, but not `npx prettier -c src`. */
  readonly leads?: boolean;
  /** The words left are one script: `watch 'ls | wc'`. */
  readonly joins?: boolean;
};

const RUN: Launcher = { verbs: ["run"] };
const EXEC: Launcher = { verbs: ["exec"] };
const BARE: Launcher = { verbs: [] };

const CONTAINER = wordSet(`
  -e --env -v --volume -w --workdir -u --user -p --publish --name --network --net --entrypoint --mount
  --env-file -h --hostname --platform --memory -m --cpus --gpus --shm-size --ulimit --add-host -l --label
  --cap-add --security-opt --pull --tmpfs --link --index --detach-keys`);
const COMPOSE = wordSet("-f --file -p --project-name --profile --env-file --project-directory");
const CONTAINERS: readonly Launcher[] = [
  { verbs: ["exec"], valued: CONTAINER, operands: 1 },
  { verbs: ["run"], valued: CONTAINER, operands: 1 },
  { verbs: ["container", "exec"], valued: CONTAINER, operands: 1 },
  { verbs: ["compose", "exec"], valued: CONTAINER, operands: 1 },
  { verbs: ["compose", "run"], valued: CONTAINER, operands: 1 },
];
const CONDA: Launcher = {
  verbs: ["run"],
  valued: wordSet("-n --name -p --prefix --cwd"),
};
const AS_USER: Launcher = { verbs: [], script: /^(-[a-z]*c|--command)$/ };
const FETCHED: Launcher = { verbs: [], valued: wordSet("-p --package --from --with --python") };

const LAUNCHERS: ReadonlyMap<string, readonly Launcher[]> = new Map(
  Object.entries({
    poetry: [RUN],
    pipenv: [RUN],
    pdm: [RUN],
    rye: [RUN],
    hatch: [RUN, { verbs: ["env", "run"] }],
    pixi: [RUN],
    uv: [
      {
        verbs: ["run"],
        valued: wordSet(
          "--with --with-editable --with-requirements --python -p --extra --group --only-group --project --directory --package --env-file --index --refresh-package",
        ),
      },
      { verbs: ["tool", "run"], valued: wordSet("--from --with --python") },
    ],
    conda: [CONDA],
    mamba: [CONDA],
    micromamba: [CONDA],
    bundle: [EXEC],
    bundler: [EXEC],
    rbenv: [EXEC],
    pyenv: [EXEC],
    asdf: [EXEC],
    nodenv: [EXEC],
    mise: [EXEC, { verbs: ["x"] }],
    opam: [EXEC],
    direnv: [{ verbs: ["exec"], operands: 1 }],
    npx: [{ ...FETCHED, script: /^(-c|--call)$/, leads: true }, FETCHED],
    bunx: [FETCHED],
    uvx: [FETCHED],
    pipx: [{ ...FETCHED, verbs: ["run"] }],
    pnpx: [FETCHED],
    npm: [{ ...FETCHED, verbs: ["exec"] }, { verbs: ["x"] }],
    pnpm: [EXEC, { verbs: ["dlx"] }],
    yarn: [EXEC, { verbs: ["dlx"] }],
    bun: [{ verbs: ["x"] }],
    docker: CONTAINERS,
    podman: CONTAINERS,
    nerdctl: CONTAINERS,
    "docker-compose": [
      { verbs: ["exec"], valued: CONTAINER, operands: 1 },
      { verbs: ["run"], valued: CONTAINER, operands: 1 },
    ],
    "podman-compose": [{ verbs: ["exec"], valued: CONTAINER, operands: 1 }],
    kubectl: [
      {
        verbs: ["exec"],
        valued: wordSet("-n --namespace -c --container --context"),
        operands: 1,
      },
    ],
    ssh: [
      {
        verbs: [],
        valued: wordSet("-p -i -l -o -F -J -L -R -D -E -c -m -b -e"),
        operands: 1,
        joins: true,
      },
    ],
    vagrant: [{ verbs: ["ssh"], script: /^(-c|--command)$/ }],
    su: [AS_USER],
    runuser: [AS_USER, { verbs: [], valued: wordSet("-u -g -G") }],
    sg: [AS_USER],
    script: [AS_USER],
    "nix-shell": [{ verbs: [], script: /^(--run|--command)$/ }],
    nix: [
      { verbs: ["develop"], script: /^(-c|--command)$/ },
      { verbs: ["shell"], script: /^(-c|--command)$/ },
    ],
    coverage: [
      { verbs: ["run"], valued: wordSet("--source --omit --include --rcfile --data-file") },
    ],
    coverage3: [{ verbs: ["run"], valued: wordSet("--source --omit --include --rcfile") }],
    taskset: [{ verbs: [], operands: 1 }],
    chroot: [{ verbs: [], operands: 1 }],
    flock: [
      { verbs: [], valued: wordSet("-w -E"), operands: 1, script: /^-c$/ },
      { verbs: [], valued: wordSet("-w -E"), operands: 1 },
    ],
    chronic: [BARE],
    ltrace: [{ verbs: [], valued: wordSet("-e -o -p -s") }],
    catchsegv: [BARE],
    faketime: [{ verbs: [], operands: 1 }],
    "systemd-run": [{ verbs: [], valued: wordSet("-p --unit -u") }],
    numactl: [BARE],
    prlimit: [BARE],
    setarch: [{ verbs: [], operands: 1 }],
    dotenv: [{ verbs: [], valued: wordSet("-f -e") }, RUN],
    "cross-env": [BARE],
    "cross-env-shell": [{ verbs: [], joins: true }],
    c8: [BARE],
    nyc: [BARE],
    watch: [{ verbs: [], valued: wordSet("-n --interval"), joins: true }],
    parallel: [{ verbs: [], valued: wordSet("-j --jobs -I -n -N -a --colsep") }],
    rush: [{ verbs: [], valued: wordSet("-j"), joins: true }],
    eval: [{ verbs: [], joins: true }],
    perf: [
      { verbs: ["stat"], valued: wordSet("-e -r -o") },
      { verbs: ["record"], valued: wordSet("-e -F -o -c") },
    ],
    git: [{ verbs: ["bisect", "run"] }],
    bwrap: [
      {
        verbs: [],
        valued: wordSet("--chdir --unsetenv --tmpfs --proc --dev --dir --uid --gid --hostname"),
      },
    ],
  } satisfies Record<string, readonly Launcher[]>),
);

/** What a launcher starts; null for any other command, and where it starts nothing. */
function innerOf(command: ShellCommand): readonly ShellCommand[] | null {
  const name = baseName(command.program);
  if (name === "python" || /^python\d/.test(name) || name === "coverage") {
    const inner = pythonLauncher(command, name);
    if (inner !== null) return inner;
  }
  for (const launcher of LAUNCHERS.get(name) ?? []) {
    const inner = startedBy(command, launcher);
    if (inner !== null) return inner;
  }
  return null;
}

function startedBy(command: ShellCommand, launcher: Launcher): readonly ShellCommand[] | null {
  const { verbs, valued = NO_OPTIONS, operands = 0, script, leads, joins = false } = launcher;
  const { args } = command;
  let at = 0;
  const global = command.program.includes("docker") || verbs[0] === "compose" ? COMPOSE : valued;
  for (const verb of verbs) {
    const next = firstOperand(args, global, at);
    if (next < 0 || args[next] !== verb) return null;
    at = next + 1;
  }
  if (script !== undefined) {
    const operand = leads === true ? firstOperand(args, valued, at) : -1;
    const end = operand < 0 ? args.length : operand;
    const option = args.findIndex((arg, index) => index >= at && index < end && script.test(arg));
    return option < 0 ? null : scriptCommands(args.slice(option + 1, option + 2).join(" "));
  }
  let next = firstOperand(args, valued, at);
  for (let skip = operands; skip > 0 && next >= 0; skip--) {
    // What is started stands right behind the operands: its own options are not the launcher's.
    next = next + 1 < args.length ? next + 1 : -1;
    if (args[next] === "--") next = next + 1 < args.length ? next + 1 : -1;
  }
  while (next >= 0 && /^[A-Za-z_]\w*=/.test(args[next] ?? "")) next++;
  const words = next < 0 ? [] : args.slice(next);
  // `pdm run test` is a script of the project, and its name says what it does.
  if (words.length === 0 || (verbs[0] === "run" && SCRIPT_NAMES.test(words[0] ?? ""))) return null;
  if (joins) return scriptCommands(words.join(" "));
  return [started(command, words)];
}

/** `parallel 'sed -i s/a/b/ {}'` and `docker exec web 'ls -l'` give a command as one word. */
function started(command: ShellCommand, words: readonly string[]): ShellCommand {
  const [program = "", ...args] = words;
  const [first = program, ...more] = /\s/.test(program) ? program.split(/\s+/) : [program];
  const isScript = first.endsWith(".py");
  return {
    ...command,
    program: isScript ? "python" : first,
    args: isScript ? [first, ...more, ...args] : [...more, ...args],
  };
}

/** `python -m coverage run -m pytest`, and what coverage itself runs: a module or a script. */
function pythonLauncher(command: ShellCommand, name: string): readonly ShellCommand[] | null {
  const { args } = command;
  if (name !== "coverage") {
    const at = args.indexOf("-m");
    const module = args[at + 1] ?? "";
    if (at < 0 || !/^(coverage|kernprof|cProfile|profile|pdb|trace|viztracer)$/.test(module))
      return null;
    const rest = args.slice(at + 2);
    if (module === "coverage") return [{ ...command, program: "coverage", args: rest }];
    const inner = rest.indexOf("-m");
    return inner < 0 ? null : [{ ...command, args: rest.slice(inner) }];
  }
  const verb = firstOperand(args);
  if (args[verb] !== "run") return null;
  const module = args.indexOf("-m", verb);
  return module < 0 ? null : [{ ...command, program: "python", args: args.slice(module) }];
}

const SCRIPT_NAMES =
  /^(tests?|lint|fmt|format|check|build|start|dev|serve|docs?|cov|types?)([:-].*)?$/;
const NO_OPTIONS: ReadonlySet<string> = new Set();
