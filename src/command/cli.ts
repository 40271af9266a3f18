/**
 * Flags, exit codes and the printing of a UserError, the same in every script. Exit codes: 0 all
 * done, 1 the user can mend it, 2 done but some items could not be asked, 130 stopped by Ctrl-C.
 */
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { CommonFlag } from "./commands.ts";
import { isPackage, swallowed } from "./npm-line.ts";
import { withEngineFlag } from "./with-engine.ts";
import { counted } from "../core/text/counted.ts";
import { asTyped, type Typing } from "../core/text/typed-command.ts";
import { visibleText } from "../core/text/visible.ts";
import { UserError } from "../errors.ts";
import { toldFault } from "../io/disk-faults.ts";
import { expandHome } from "../io/home-path.ts";
import { statsIfThere } from "../io/stats-if-there.ts";
import { keepLargeHeapsClose } from "../io/v8.ts";
import type { StageOptions, StageSummary, ToMend } from "../work.ts";

export type CommonFlags = StageOptions & {
  /** Absolute. */
  readonly root: string;
  readonly concurrency?: number;
  /** Overrides [engine].name. */
  readonly engine?: string;
  /** Stays until what is out in request files is answered. */
  readonly wait?: boolean;
  readonly yes: boolean;
  readonly json: boolean;
};

export type ScriptText = {
  /** The name the user types, for example "stage:king". */
  readonly name: string;
  /** What it reads, does and writes. */
  readonly about: string;
  /** One example line. */
  readonly example: string;
  /** The common flags beside --root that mean something to it. @default all of them */
  readonly flags?: readonly CommonFlag[];
  /** It names its workspaces itself, or works in none. @default false */
  readonly rootless?: boolean;
};

const examples = new WeakMap<Command, string>();

/**
 * A commander command with the common flags; add a script's own flags to it. All of them are read, since
 * one line may go to several commands; --help lists those that mean something here.
 */
export function stageCommand(text: ScriptText): Command {
  const root = new Option("--root <dir>", "the workspace").default(".");
  const command = new Command(text.name)
    .description(text.about)
    .addOption(text.rootless === true ? root.hideHelp() : root);
  addExample(command, text.example);
  for (const [name, option] of Object.entries(commonOptions())) {
    const isOwn = text.flags === undefined || text.flags.some((flag) => flag === name);
    command.addOption(isOwn ? option : option.hideHelp());
  }
  return quiet(command);
}

/** One line that works: in the help, and where something is missing that the command cannot do without. */
export function addExample(command: Command, example: string): void {
  command.addHelpText("after", () => `\nExample:\n  ${asTyped(example, typing)}`);
  examples.set(command, example);
}

/** The same with the flags of stages whose items an engine may carry out. */
export function modelStageCommand(text: ScriptText): Command {
  return withEngineFlag(stageCommand(text)).option(
    "--wait",
    "stay until what is out is answered",
    false,
  );
}

/**
 * Parses argv; --help prints and ends with 0. @throws UserError for anything that is not a flag.
 * @param begins which words may begin a workspace: its folder need not be there
 */
export function parseFlags<T extends CommonFlags>(
  command: Command,
  argv: readonly string[],
  begins: (words: readonly string[]) => boolean = () => false,
): T & { args: string[] } {
  const flags = parseOwnFlags<T>(command, argv);
  if (command.getOptionValueSource("root") === "cli")
    typing = { ...typing, root: rootAsGiven(argv) };
  for (const option of command.options) {
    const key = option.attributeName();
    if (!option.hidden || command.getOptionValueSource(key) !== "cli") continue;
    process.stderr.write(`${command.name()}: ${option.long} means nothing here\n`);
  }
  const root = resolve(flags.root);
  if (begins(flags.args) && !existsSync(root)) return { ...flags, root };
  return { ...flags, root: existingFolder(command.name(), flags.root, "--root ") };
}

/** As parseFlags, for a command that works in no workspace and has none of the common flags. */
export function parseOwnFlags<T extends object>(
  command: Command,
  argv: readonly string[],
): T & { args: string[] } {
  quiet(command);
  listFlags(command, argv);
  const taken = swallowed(argv, command);
  if (taken?.fault) throw taken.fault;
  if (taken?.said) process.stderr.write(`${taken.said}\n`);
  try {
    command.parse(withHyphens(argv), { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) throw new HelpShown();
    const help = `npm run ${command.name()} -- --help lists the flags`;
    const example = examples.get(command);
    throw new UserError(
      `${command.name()}: ${error.message.replace(/^error: /, "").replaceAll("\n", " ")}`,
      example !== undefined && LACKING.has(error.code) ? `for example: ${example} (${help})` : help,
    );
  }
  const flags = Object.entries(command.opts<T>()).map(([key, value]) => [key, homeIn(value)]);
  return { ...(Object.fromEntries(flags) as T), args: command.args.map((arg) => expandHome(arg)) };
}

/** `--root` as it was typed, for the commands that this one runs; [] for the current folder. */
export const rootWords = (): string[] => (typing.root === null ? [] : ["--root", typing.root]);

/** For a command that names its workspace in another way than by --root. */
export function inWorkspace(dir: string): void {
  typing = { ...typing, root: dir === "." ? null : dir };
}

/** How the person would type a command in the workspace of this one. */
export const typed = (text: string): string => asTyped(text, typing);

/** The absolute path of a folder. @throws UserError when there is none. */
export function existingFolder(command: string, given: string, flag = ""): string {
  const root = resolve(given);
  if (!existsSync(root) || !statSync(root).isDirectory()) {
    throw new UserError(
      `${command}: ${flag}${given} is not a folder`,
      "make it first, or name another",
    );
  }
  return root;
}

/** The absolute path of a folder that is made where it is not there. @throws UserError for a file. */
export function newFolder(command: string, given: string, flag = ""): string {
  const path = resolve(given);
  if (statsIfThere(path)?.isDirectory() === false) {
    throw new UserError(
      `${command}: ${flag}${given} is a file`,
      "name a folder; it is made where it is not there",
    );
  }
  return path;
}

/** Runs a script's main and turns what happens into an exit code. Only scripts call it. */
export async function runScript(main: () => Promise<number>): Promise<void> {
  // Whoever reads may stop early (`| head`): that is no fault.
  process.stdout.on("error", (error) =>
    process.exit("code" in error && error.code === "EPIPE" ? 0 : 1),
  );
  keepLargeHeapsClose();
  try {
    process.exitCode = await main();
  } catch (thrown) {
    if (thrown instanceof HelpShown) return;
    const error = toldFault(thrown);
    if (!(error instanceof UserError)) throw error;
    // Messages quote names and texts from data, and a terminal obeys its escape codes.
    const [message, hint] = [error.message, error.hint].map((text) => visibleText(typed(text)));
    process.stderr.write(`${message}\n  -> ${hint}\n`);
    process.exitCode = 1;
  }
}

/** Prints a stage's summary and gives its exit code. */
export function finish(summary: StageSummary, flags: Pick<CommonFlags, "json">): number {
  const out = flags.json ? process.stderr : process.stdout;
  for (const line of summaryLines(summary)) out.write(`${visibleText(typed(line))}\n`);
  if (flags.json) process.stdout.write(`${JSON.stringify(summary)}\n`);
  return exitCodeOf(summary);
}

/**
 * 130 when stopped by a signal; 1 when the settings are to be mended first, or nothing at all was kept;
 * 2 when something is left to ask; else 0.
 */
export function exitCodeOf(summary: StageSummary): number {
  const { stopped, to_mend = [], pending, kept, dropped } = summary;
  if (stopped?.why === "interrupted") return 130;
  if (stopped?.why === "settings" || to_mend.length > 0) return 1;
  if (stopped !== null || pending > 0) return 2;
  return kept === 0 && Object.keys(dropped).length > 0 ? 1 : 0;
}

/** The summary as lines for a person. */
export function summaryLines(summary: StageSummary): string[] {
  const dropped = Object.values(summary.dropped).reduce((sum, n) => sum + n, 0);
  const { to_mend = [] } = summary;
  const { stopped, notes } = saidOnce(summary);
  const mendOf = (line: string): ToMend | undefined =>
    to_mend.find(({ message }) => line.startsWith(message));
  const mended = (line: string): string => {
    const hint = mendOf(line)?.hint;
    return hint === undefined ? line : `${line}\n  -> ${hint}`;
  };
  const said = [...stopped, ...notes].map(mendOf);
  return [
    `${summary.stage}: ${headline(summary)}`,
    ...stopped.map(
      (line) => `  ${summary.stopped?.why === "engine" ? "" : "stopped early: "}${mended(line)}`,
    ),
    ...notes.map((note) => `  ${mended(note)}`),
    ...(dropped > 0 && RETRIES.includes(summary.stage)
      ? [`  --retry asks again for what was dropped`]
      : []),
    ...to_mend
      .filter((one) => !said.includes(one))
      .map(({ message, hint }) => `${summary.stage}: ${message}\n  -> ${hint}`),
  ];
}

function headline(summary: StageSummary): string {
  if (summary.said !== undefined) return summary.said;
  const dropped = Object.entries(summary.dropped);
  const reasons = dropped.map(([reason, n]) => `${reason} ${n}`).join(", ");
  const count = dropped.reduce((sum, [, n]) => sum + n, 0);
  const why = reasons === "" ? "" : ` (${reasons})`;
  const pending = summary.pending > 0 ? `, ${summary.pending} pending` : "";
  const calls = counted(summary.requests ?? summary.asked, "model call");
  return `${summary.read} read, ${summary.kept} kept, ${count} dropped${why}${pending}; ${calls}`;
}

/** Why a stage stopped is also one of its failures, and what to mend: said once, with how often it came. */
function saidOnce({ stopped, notes }: StageSummary): {
  readonly stopped: readonly string[];
  readonly notes: readonly string[];
} {
  if (stopped === null) return { stopped: [], notes };
  const first = notes.find((note) => note.startsWith(stopped.message)) ?? stopped.message;
  return { stopped: [first], notes: notes.filter((note) => note !== first) };
}

/** Stages whose drops `--retry` takes up. */
const RETRIES: readonly string[] = ["king", "challenger", "validate"];

/** A whole number of at least 1, for commander. */
export function wholeNumber(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1) {
    throw new InvalidArgumentError("expected a whole number of at least 1.");
  }
  return number;
}

/** Who comes from Python writes --max_tokens: it is --max-tokens. What stands behind "--" is no flag. */
function withHyphens(argv: readonly string[]): string[] {
  const end = argv.indexOf("--");
  return argv.map((word, at) =>
    end >= 0 && at > end
      ? word
      : word.replace(/^--[a-z]\w*(?:[-_]\w+)*(?==|$)/i, (flag) => flag.replaceAll("_", "-")),
  );
}

const LACKING: ReadonlySet<string> = new Set([
  "commander.missingArgument",
  "commander.missingMandatoryOptionValue",
]);

let typing: Typing = { root: null, by: isPackage ? "kingmaker" : "npm" };

/** As the person wrote it, "~" and all; null for the current folder. */
function rootAsGiven(argv: readonly string[]): string | null {
  const at = argv.findLastIndex((word) => word === "--root" || word.startsWith("--root="));
  const word = argv[at] ?? "";
  const root = word === "--root" ? (argv[at + 1] ?? ".") : word.slice("--root=".length);
  return root === "." ? null : root;
}

const commonOptions = (): Readonly<Record<CommonFlag, Option>> => ({
  limit: new Option("--limit <n>", "at most so many items").argParser(wholeNumber),
  only: new Option("--only <glob>", "only answer files whose stem matches: 'prompts_24_001_*'"),
  force: new Option("--force", "redo what is done").default(false),
  retry: new Option("--retry", "ask again for recorded drops").default(false),
  concurrency: new Option("--concurrency <n>", "at most so many calls in flight").argParser(
    wholeNumber,
  ),
  yes: new Option("--yes", "no questions").default(false),
  json: new Option("--json", "the result as one JSON line on stdout, all else on stderr").default(
    false,
  ),
});

/** Faults are thrown and said by us. */
function quiet(command: Command): Command {
  return command
    .exitOverride()
    .allowExcessArguments(false)
    .showHelpAfterError(false)
    .configureHelp({ commandUsage: usageOf })
    .configureOutput({ writeErr: () => {} });
}

/** As it is typed: `npm run stage:king -- [options]`, or `npx kingmaker king [options]`. */
const usageOf = (command: Command): string =>
  asTyped(`npm run ${command.name()} -- ${command.usage()}`, { ...typing, root: null });

/** For the shell's completion: the flags of a command, a line each. */
function listFlags(command: Command, argv: readonly string[]): void {
  if (argv[0] !== "--list-flags") return;
  const shown = command.options.filter(({ hidden }) => !hidden).flatMap(({ long }) => long ?? []);
  process.stdout.write(`${[...shown, "--help"].join("\n")}\n`);
  throw new HelpShown();
}

/** Shells expand "~" at the start of a word, not behind the "=" of a flag nor within quotes. */
function homeIn(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(homeIn);
  return typeof value === "string" ? expandHome(value) : value;
}

class HelpShown extends Error {}
