/** Every command with a line for the help page, and which of the common flags mean something to it. */

export type CommonFlag = "limit" | "only" | "force" | "retry" | "concurrency" | "yes" | "json";

type CommandLine = {
  /** As it is typed behind `kingmaker`. */
  readonly name: string;
  /** As it is typed behind `npm run`, where that is another name. */
  readonly npm?: string;
  readonly what: string;
  /** It needs a checkout: what it works on is not in the package. */
  readonly house?: true;
};

export const COMMANDS: Readonly<Record<string, readonly CommandLine[]>> = {
  Begin: [
    { name: "start", what: "the five stages on the embedded sample, in demo/: no key, no network" },
    { name: "init", what: "looks at your runs and writes chain.toml for them" },
    { name: "sources", what: "shows a source before anything is drawn" },
    { name: "doctor", what: "tries every model and says what to change" },
    { name: "prices", what: "writes the providers' own prices to chain.toml" },
    { name: "config", what: "every setting in force" },
  ],
  Run: [
    { name: "stages", what: "the five in order: all that is missing" },
    { name: "prompt", npm: "stage:prompt", what: "draws turns from [source]" },
    { name: "king", npm: "stage:king", what: "answers them blind" },
    { name: "challenger", npm: "stage:challenger", what: "answers them knowing the PR, honestly" },
    { name: "validate", npm: "stage:validate", what: "puts both before the panel of judges" },
    { name: "report", npm: "stage:report", what: "gate, tables, buckets" },
    { name: "refine", npm: "stage:refine", what: "a second answer and duel for turns in refined/" },
    { name: "split", what: "several ordinary workspaces of one" },
    { name: "merge", what: "joins workspaces into one" },
    { name: "status", what: "where a workspace stands and what to run next" },
    { name: "estimate", what: "calls, tokens and USD of what is left to do" },
  ],
  Look: [
    { name: "view", what: "duels side by side on a local page; overrule the judges" },
    { name: "share", what: "the page as files that open from a disk or any host" },
    { name: "compare", what: "two workspaces side by side" },
    { name: "audit", what: "looks again for leaks in the answers, without a model call" },
    { name: "queue", what: "draws turns for people, to calibrate the panel" },
    { name: "gym", what: "tasks that run: faults in real, tested packages" },
    { name: "rollout", npm: "stage:rollout", what: "plays answers on; the tests say how it ended" },
    { name: "plan", what: "how many turns a duel needs to find a lead" },
    { name: "simulate", what: "what the gate accepts where the truth is known" },
  ],
  "Training sets": [
    { name: "export", npm: "stage:export", what: "answers to learn and preference pairs of duels" },
    { name: "repair", npm: "stage:repair", what: "issue and patch, failed attempt and repair" },
    { name: "actions", npm: "stage:actions", what: "next-action sets" },
    {
      name: "speedrun",
      npm: "stage:speedrun",
      what: "issue and change sets of the SWE-bench family",
    },
    {
      name: "publish",
      npm: "stage:publish",
      what: "a finished set to the Hub; a dry run unless --push",
    },
    { name: "summarize", what: "what is in a set" },
    { name: "tables", what: "answers, scores and verdicts as Parquet" },
    { name: "forget", what: "an instance or a run goes out of every folder and set" },
    { name: "check-template", what: "what a chat template carries, loses and needs" },
    { name: "train", npm: "stage:train", what: "a set and a base model become a checkpoint" },
    {
      name: "evaluate",
      npm: "stage:evaluate",
      what: "what a checkpoint brought, on held-out rows",
    },
    { name: "reign", what: "a checkpoint duels the king on held-out turns, and may follow it" },
    { name: "worth", what: "does choosing turns and answers make a better model?" },
    { name: "setup-training", npm: "setup:training", what: "makes the Python that trains" },
  ],
  "Rows in, rows out": [
    { name: "convert", what: "the runs of any source, one a line" },
    { name: "classify", what: "turns with their action type; test logs with what went wrong" },
    { name: "label", what: "how runs ended" },
    { name: "readonly-guard", what: "a hook for agents that may only look" },
  ],
  "This command": [
    { name: "help", what: "this page; `help NAME` says what NAME reads, does and writes" },
    { name: "completion", what: "completion for bash or zsh" },
  ],
  "The house itself": [
    { name: "bundle", what: "dist/ for the package; npm pack runs it", house: true },
    { name: "schemas", what: "training/schemas/ from the records", house: true },
    { name: "screenshots", what: "the pictures in docs/", house: true },
    { name: "findings", what: "do outside tools still do what surprised us?", house: true },
    { name: "check-python", npm: "check:python", what: "ruff on all Python", house: true },
    {
      name: "test-training",
      npm: "test:training",
      what: "ruff, mypy, pytest on training/",
      house: true,
    },
    {
      name: "setup-python-tests",
      npm: "setup:python-tests",
      what: "their environments",
      house: true,
    },
    { name: "test-python", npm: "test:python", what: "ruff, pytest on test/python/", house: true },
    {
      name: "test-trainers",
      npm: "test:trainers",
      what: "sets through trainers' own readers",
      house: true,
    },
  ],
};

/** The five in order, and which common flags each of them obeys. `stages` hands on no others. */
export const FIVE_STAGES = {
  prompt: ["limit", "only", "force", "concurrency", "json"],
  king: ["limit", "only", "force", "retry", "concurrency", "yes", "json"],
  challenger: ["limit", "only", "force", "retry", "concurrency", "yes", "json"],
  validate: ["limit", "only", "force", "retry", "concurrency", "yes", "json"],
  report: ["limit", "only", "json"],
} as const satisfies Readonly<Record<string, readonly CommonFlag[]>>;

export const FIVE = Object.keys(FIVE_STAGES) as (keyof typeof FIVE_STAGES)[];

/** The help page. @param inPackage without what needs a checkout. */
export function helpLines(inPackage: boolean): string[] {
  const groups = Object.entries(COMMANDS)
    .map(([title, lines]) => ({ title, lines: lines.filter((line) => !inPackage || !line.house) }))
    .filter(({ lines }) => lines.length > 0);
  const names = groups.flatMap(({ lines }) => lines.map(({ name }) => name.length));
  const width = Math.max(...names) + 2;
  return [
    "kingmaker COMMAND [flags]: cuts real agent runs into turns, has two answers fight for each",
    "before a panel of judges, and turns what wins into training sets.",
    ...groups.flatMap(({ title, lines }) => [
      "",
      `${title}:`,
      ...lines.map(({ name, what }) => `  ${name.padEnd(width)}${what}`),
    ]),
    "",
    "kingmaker COMMAND --help lists a command's flags, kingmaker --version the version.",
    ...(inPackage ? [] : ["Each is `npm run NAME -- flags` as well (stage:king for king)."]),
  ];
}
