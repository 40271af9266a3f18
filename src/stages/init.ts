/**
 * init: a workspace from a few answers. Looks at the runs and says what they are, lists the models of a
 * server that can be reached, writes chain.toml and .env.example. Asks only for what no flag said.
 */
import { loadEnv, parseConfig, type Config } from "../config.ts";
import { chainFile, envFile, type Choices } from "../core/init/chain-file.ts";
import { numberSaid, providerSaid, wordsSaid } from "../core/init/said.ts";
import { counted } from "../core/text/counted.ts";
import { homePathsNote } from "../core/secrets/home.ts";
import { callRules } from "../core/retry/rules.ts";
import { UserError } from "../errors.ts";
import { checkProvider, openProvider } from "../io/chat/provider.ts";
import { parseHubName } from "../io/hub/name.ts";
import type { SourceFacts } from "../core/sample/describe.ts";
import type { Store } from "../io/store.ts";
import { sourceFromHere } from "../io/typed-path.ts";
import { sources } from "./sources.ts";

export type InitFlags = {
  readonly runs?: string;
  readonly prs?: string;
  readonly count?: number;
  readonly provider?: string;
  readonly keyEnv?: string;
  readonly model?: string;
  readonly judges?: string;
  readonly maxUsd?: string;
  readonly maxTokens?: string;
  readonly force: boolean;
};

export type InitWorld = {
  readonly store: Store;
  /** null: nobody is there to be asked. */
  readonly ask: ((question: string) => Promise<string>) | null;
  readonly say: (line: string) => void;
  readonly now: () => Date;
};

/** @throws UserError where chain.toml is there already, the runs hold no turn, or nobody can be asked. */
export async function init(flags: InitFlags, world: InitWorld): Promise<Choices> {
  const { store } = world;
  if (!flags.force && (await store.readText("chain.toml")) !== null) {
    throw new UserError(
      `init: ${store.path("chain.toml")} is there already`,
      "edit it, name another folder, or write it anew with --force",
    );
  }
  checkAsked(flags, world);
  const runs = await askRuns(flags, world);
  const server = await askProvider(flags, world);
  const models = await askModels(flags, { ...runs, ...server }, world);
  const budget = await askBudget(flags, world);
  const choices: Choices = { ...runs, ...server, ...models, ...budget };
  const text = chainFile(choices);
  parseConfig(text, store.path("chain.toml"));
  await store.writeText("chain.toml", text);
  await store.writeText(".env.example", envFile(choices));
  return choices;
}

/** What to do next, in the order in which it is done. */
export function initLines({ keyEnv, maxUsd }: Choices, root: string): string[] {
  return [
    `written: ${root}/chain.toml, ${root}/.env.example`,
    ...(keyEnv === null ? [] : [`key: cp ${root}/.env.example ${root}/.env, and put ${keyEnv} in`]),
    ...(maxUsd === null ? [] : ["prices, for the budget: npm run prices"]),
    "next: npm run doctor, then npm run stages -- --until report",
  ];
}

// ---------------------------------------------------------------------------------------------

/** Said at once, and not one by one, where nobody can be asked. */
function checkAsked(flags: InitFlags, { ask }: InitWorld): void {
  const needed = (["runs", "provider", "model"] as const).filter((name) => !flags[name]);
  if (ask !== null || needed.length === 0) return;
  throw new UserError(
    `init: there is no terminal to ask on, and these flags are missing: ${needed.map((name) => `--${name}`).join(", ")}`,
    "npm run init -- my-run --runs ~/.claude/projects --provider http://127.0.0.1:8000/v1 --model my-model",
  );
}

type Runs = Pick<Choices, "trajectories" | "prs" | "count" | "isOwn">;

async function askRuns(flags: InitFlags, world: InitWorld): Promise<Runs> {
  const { ask, say, store } = world;
  const said = flags.runs ?? (await ask?.(RUNS))?.trim() ?? "";
  if (said === "")
    throw new UserError("init: no runs were named", "name a folder, a file or owner/name");
  const trajectories = sourceFromHere(said, store.root);
  const isOwn = await lookAt(trajectories, flags, world);
  const prs = flags.prs ?? (isOwn || ask === null ? "" : (await ask(PRS)).trim());
  const count = flags.count ?? numberSaid((await ask?.(COUNT)) ?? "") ?? DEFAULT_COUNT;
  if (prs === "") say("no pull requests: the challenger sees what the same run did later");
  return { trajectories, isOwn, count, prs: prs === "" ? null : sourceFromHere(prs, store.root) };
}

/** Says what the runs are, by the settings that will be written; whether they are sessions of a person's own agents. */
async function lookAt(name: string, flags: InitFlags, world: InitWorld): Promise<boolean> {
  const { say, store, now } = world;
  const ofRuns = (isOwn: boolean): Config => {
    const prs = flags.prs ?? (isOwn || world.ask === null ? null : PRS_TO_ASK);
    const count = flags.count ?? DEFAULT_COUNT;
    return configOf({ ...NOBODY_YET, trajectories: name, isOwn, prs, count }, store);
  };
  if (parseHubName(name, store.root) !== null) {
    say(`${name} is a data set of the Hub: npm run sources -- ${name} looks into it`);
    return false;
  }
  const { facts, lines } = await sources(
    ofRuns(false),
    { store },
    {
      name,
      rows: 50,
      skipBad: true,
      concurrency: 1,
      purpose: `init-${now().getTime()}`,
      settingsFor: (found) => ofRuns(areSessions(found)),
    },
  );
  for (const line of lines) say(line);
  const { home_paths = 0, kept = 0 } = facts.tried ?? {};
  if (home_paths > 0) say(homePathsNote(home_paths, `${counted(kept, "turn")} looked at`));
  if (facts.shape === "trajectory" || facts.shape === "ready") {
    return areSessions(facts.found);
  }
  throw new UserError(
    `init: ${name} holds no runs that are known`,
    "name a folder of session logs, rows with messages, or a data set of the Hub; docs/sources.md lists what is read",
  );
}

const areSessions = (found: SourceFacts["found"]): boolean =>
  found.some(({ what, rows }) => what !== "rows" && rows > 0);

/** As it will be once it is written: nothing of a chain.toml that is written anew. */
function configOf(choices: Choices, store: Store): Config {
  const root = store.path(".");
  return { ...parseConfig(chainFile(choices), "chain.toml"), env: loadEnv(root), root };
}

/** Whom to ask is said later, and nothing that is looked at before hangs on it. */
const NOBODY_YET = {
  provider: "offline",
  baseUrl: null,
  keyEnv: null,
  model: "?",
  judges: ["?"],
  maxUsd: null,
  maxTokens: null,
};
/** Stands for pull requests that a person may name yet. */
const PRS_TO_ASK = "?";

type Server = Pick<Choices, "provider" | "baseUrl" | "keyEnv">;

async function askProvider(flags: InitFlags, { ask, store }: InitWorld): Promise<Server> {
  const known = parseConfig("", store.path("chain.toml")).provider;
  const said = providerSaid(flags.provider ?? (await ask?.(PROVIDER)) ?? "", Object.keys(known));
  if (said.baseUrl === null) return { ...said, keyEnv: known[said.provider]?.api_key_env ?? null };
  const key = flags.keyEnv ?? (flags.provider === undefined ? await ask?.(KEY) : "") ?? "";
  return { ...said, keyEnv: key.trim() === "" ? null : key.trim() };
}

async function askModels(
  flags: InitFlags,
  before: Runs & Server,
  world: InitWorld,
): Promise<Pick<Choices, "model" | "judges">> {
  const { ask, say } = world;
  const listed = await modelsOf(before, world);
  if (listed.length > 0) say(`models there: ${listed.join(", ")}`);
  const model = (flags.model ?? (await ask?.(MODEL)) ?? "").trim() || listed[0];
  if (model === undefined) throw new UserError("init: no model was named", "name one with --model");
  if (listed.length > 0 && !listed.includes(model)) say(`${model} is not among them`);
  const judges = wordsSaid(flags.judges ?? (await ask?.(JUDGES)) ?? "");
  for (const judge of new Set(judges)) {
    if (listed.length > 0 && judge !== model && !listed.includes(judge))
      say(`${judge} is not among them`);
  }
  return { model, judges: judges.length === 0 ? [model] : judges };
}

/** [] where it cannot be asked now: no key yet, no answer. */
async function modelsOf(before: Runs & Server, { store, say, now }: InitWorld): Promise<string[]> {
  const config = configOf({ ...NOBODY_YET, ...before }, store);
  try {
    const [baseUrl = ""] = checkProvider(config, before.provider).baseUrls;
    const provider = openProvider(config, before.provider, baseUrl, 1, now);
    const list = await provider.models();
    await provider.close();
    if (list === null) {
      say(
        `the server (${before.provider}) gave no list of models: no answer, or a refusal; \`npm run doctor\` will say which`,
      );
    }
    return (list ?? []).flatMap((entry) => callRules.modelId(entry) ?? []);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    say(`${before.provider} was not asked for its models: ${error.message}`);
    return [];
  }
}

async function askBudget(
  flags: InitFlags,
  { ask }: InitWorld,
): Promise<Pick<Choices, "maxUsd" | "maxTokens">> {
  const isSaid = flags.maxUsd !== undefined || flags.maxTokens !== undefined;
  const usd = flags.maxUsd ?? (isSaid ? "" : await ask?.(USD)) ?? "";
  return { maxUsd: numberSaid(usd), maxTokens: numberSaid(flags.maxTokens ?? "") };
}

const DEFAULT_COUNT = 200;
const RUNS = "Your runs: a folder of session logs, files, or a Hub data set (owner/name): ";
const PRS = "Their pull requests: files or a Hub data set; empty: there are none: ";
const COUNT = `Turns to draw [${DEFAULT_COUNT}]: `;
const PROVIDER = "Who answers: a provider's name, or the address of your own server: ";
const KEY = "Variable that holds its key; empty: it wants none: ";
const MODEL = "Model that answers; empty: the first of these: ";
const JUDGES = "Judges, with commas; empty: the same model alone: ";
const USD = "USD at most, over all runs; empty: no limit: ";
