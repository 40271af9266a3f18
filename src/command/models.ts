/**
 * The model side of a workspace: client, ledger, budget, the journal of replies that were not filed yet,
 * and the engine over them. Opened by the first call, so that a stage with nothing to ask needs no key
 * and changes no file.
 */
import { join, resolve } from "node:path";
import type { CommonFlags } from "./cli.ts";
import type { Config } from "../config.ts";
import {
  fallbackModels,
  groundingModel,
  judgePanel,
  refineModel,
  sideModels,
} from "../config/models.ts";
import { settingOf } from "../config/settings.ts";
import { makeReplay, recordedReplySchema, recordedTurnSchema } from "../core/replay.ts";
import { grammar } from "../core/shell/grammar.ts";
import type { CallRules } from "../calls/rules.ts";
import type { Said } from "../calls/manner.ts";
import { callRules } from "../core/retry/rules.ts";
import { makeChat } from "../io/chat/chat.ts";
import type { ChatOptions } from "../io/chat/options.ts";
import { readResultLine } from "../core/batch/result-line.ts";
import { stableJson } from "../core/text/stable-json.ts";
import { UserError } from "../errors.ts";
import { batchCourier } from "../io/batch/api/courier.ts";
import type { Opened } from "../io/batch/desk.ts";
import { batchEngine } from "../io/batch/engine.ts";
import { numbersIn } from "../io/batch/maps.ts";
import { closeAll } from "../io/close-all.ts";
import { localEngine } from "../io/engine.ts";
import { tuneForWaiting } from "../io/v8.ts";
import { hasJournal, openJournal, type Journal } from "../io/journal.ts";
import { openLedger, type Ledger } from "../io/ledger.ts";
import { answerFolders } from "../io/answers.ts";
import { probeFolders } from "../io/probe-folders.ts";
import { savedItems } from "../io/saved-items.ts";
import { openDoctored } from "../io/doctored.ts";
import { openStore } from "../io/store.ts";
import { openWaiting, type Waiting } from "../io/waiting.ts";
import { settingsHash } from "../core/retry/settings-hash.ts";
import { readRecording } from "../io/recordings.ts";
import type { Chat, ChatRequest, Engine, ItemRef, ModelRef, Outcome, Stage } from "../work.ts";

/** Items in hand at once: enough to fill every provider while some items wait for a retry. */
const WINDOW = 1024;

/** By then the first calls are sent. */
const GRAMMAR_AFTER_MS = 50;

type ModelsOptions = Pick<ChatOptions, "config" | "now" | "progress" | "signal"> & {
  readonly stage: string;
  /** What the person wrote, where `config` is of a workspace that a command keeps below theirs. @default config */
  readonly written?: Config;
  readonly flags: Pick<CommonFlags, "concurrency" | "force">;
};

export type Models = {
  readonly engine: Engine;
  close(): Promise<void>;
};

/** Opens the model side of a workspace; nothing is read or written before the first call. */
export function openModels({
  config,
  written = config,
  stage,
  flags,
  ...world
}: ModelsOptions): Models {
  const rules: CallRules = {
    ...callRules,
    mend: (fault, where) =>
      callRules.mend(fault, { ...where, setting: settingOf(written, stage, where) }),
  };
  let freed = (): void => {};
  let openingFiles: Promise<OpenFiles> | null = null;
  let opening: Promise<Open> | null = null;
  let files: OpenFiles | null = null;
  let open: Open | null = null;
  const openFiles = async (): Promise<OpenFiles> => {
    const ledger = openLedger(config.root, world.now, (name) => config.provider[name]?.timeout_s);
    const store = openStore(config.root);
    const isOpen: (() => unknown)[] = [() => ledger.close()];
    try {
      const journal = await openJournal(config.root);
      isOpen.push(() => journal.close());
      // Before the first call is paid: what comes of it can be saved.
      probeFolders(config.root, foldersOf(stage, await answerFolders(store)));
      journal.open();
      await journal.tidy(await savedItems(store));
      files = {
        ledger,
        journal,
        waiting: await openWaiting(store),
        doctored: await openDoctored(store),
      };
      return files;
    } catch (error) {
      // Why it cannot be opened is said, whatever the disk says of what was open by then.
      await closeAll(isOpen).catch(() => {});
      throw error;
    }
  };
  const filesNow = (): Promise<OpenFiles> => (openingFiles ??= openFiles());
  const openAll = async (): Promise<Open> => {
    const { ledger, journal, waiting, doctored } = await filesNow();
    const models = modelsOf(config, stage);
    const chat = makeChat({
      ...world,
      config,
      ledger,
      rules,
      rng: Math.random,
      concurrency: flags.concurrency,
      models,
      judgesKey: stage === "validate" ? judgesKey(written, config) : undefined,
      overLimit: models.filter((model) => waiting.knows(model)),
      doctored,
      offline: lazyReplay(config),
      keep: (item, request, reply) => journal.keep(item.key, request, reply),
    });
    chat.onFree(() => freed());
    tuneForWaiting();
    if (stage !== "validate") loadGrammarMeanwhile();
    open = { journal, chat, waiting };
    return open;
  };
  const chat: Chat = async (request, item) => {
    const models = await (opening ??= openAll());
    const kept = flags.force ? null : models.journal.take(item.key, request);
    if (kept !== null) return { ok: true, reply: kept, kept: true };
    return settled(config, models.waiting, request, item, await models.chat(request, item));
  };
  const online = localEngine({
    chat,
    window: WINDOW,
    signal: world.signal,
    note: (line) => world.progress.note(line),
    places: {
      hasFree: (model) => open?.chat.hasFree(model) ?? true,
      onFree(listener) {
        freed = listener;
      },
    },
  });
  const store = openStore(config.root);
  const courier = batchCourier({ store, config, stage: stage as Stage, now: world.now });
  const inFiles = lazily(() =>
    batchEngine({
      ...world,
      store,
      config,
      carriers: [courier],
      stableJson,
      rules,
      readLine: readResultLine,
      stage: stage as Stage,
      online,
      async open(): Promise<Opened> {
        const { ledger, journal, doctored } = await filesNow();
        return { ledger, doctored, kept: ({ key, request }) => journal.take(key, request) };
      },
    }),
  );
  return {
    async engine(items, file, unasked, isWanted) {
      const engine = (await usesFiles(config, stage, flags)) ? inFiles() : online;
      const before = files?.ledger.calls() ?? 0;
      const report = await engine(
        items,
        async (item, outcome) => {
          const followUps = await file(item, outcome);
          if (outcome.ok) files?.journal.filed(item.key);
          return followUps;
        },
        unasked,
        isWanted,
      );
      // Nothing was asked, so nothing was opened: a kill after the last answer left the journal alone.
      if (files === null) await tidyJournal(config.root);
      return { ...report, requests: (files?.ledger.calls() ?? 0) - before };
    },
    async close() {
      await closeAll([
        () => courier.close(),
        () => open?.chat.close(),
        () => files?.ledger.close(),
        () => files?.waiting.close(),
        () => files?.journal.close(),
      ]);
    },
  };
}

// ---------------------------------------------------------------------------------------------

/**
 * Answers will be parsed, and loading the grammar takes 0.1 s: done while the first calls are on their
 * way, nobody waits for it. Not timed from now: opening the provider takes as long again.
 */
function loadGrammarMeanwhile(): void {
  setImmediate(() => setTimeout(grammar, GRAMMAR_AFTER_MS).unref());
}

type OpenFiles = {
  readonly ledger: Ledger;
  readonly journal: Journal;
  readonly waiting: Waiting;
  readonly doctored: (model: ModelRef) => Said | null;
};

type Open = Pick<OpenFiles, "journal" | "waiting"> & {
  readonly chat: ReturnType<typeof makeChat>;
};

/** Takes away a journal of which every reply is filed. */
async function tidyJournal(root: string): Promise<void> {
  if (!hasJournal(root)) return;
  const journal = await openJournal(root);
  await journal.tidy(await savedItems(openStore(root)));
  journal.close();
}

/** Stages whose items may lie in a file for days. */
const IN_FILES: readonly string[] = ["king", "challenger", "validate", "refine"];

/**
 * Whether request files are to be written or looked after: also by the local engine, which would ask again
 * what is out. @throws UserError for --force, which would take the old results for new answers.
 */
async function usesFiles(
  config: Config,
  stage: string,
  { force }: Pick<CommonFlags, "force">,
): Promise<boolean> {
  if (!IN_FILES.includes(stage)) return false;
  const { name } = config.engine;
  const isFile = name !== "local";
  if (isFile && force) {
    throw new UserError(
      `${stage}: --force and the engine ${name} do not go together: results that are there would count again`,
      `move engine/${stage}/ and the files to be made anew away, then run it without --force`,
    );
  }
  if (force) return false;
  return isFile || (await numbersIn(openStore(config.root), stage as Stage)).length > 0;
}

function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}

/** A context refusal is counted over the runs; whatever else was refused for its length is forgotten. */
function settled(
  config: Config,
  waiting: Waiting,
  request: ChatRequest,
  item: ItemRef,
  outcome: Outcome,
): Outcome {
  if (outcome.ok) {
    waiting.answered(item);
    return outcome;
  }
  if (outcome.failure.kind !== "context") return outcome;
  const { provider, model, temperature, max_tokens } = request;
  const settings = settingsHash({ provider, model, temperature, max_tokens }, config.provider);
  return { ok: false, failure: waiting.refused(item, request, outcome.failure, settings) };
}

/** Where a stage saves what replies become. */
function foldersOf(stage: string, answers: readonly string[]): readonly string[] {
  if (stage === "validate") return ["score", "report"];
  if (stage === "rollout" || stage === "gym")
    return ["outcome", "outcome/dropped", "outcome/runs", "report"];
  if (stage === "refine") return [...new Set(["answer", ...answers, "score", "report"])];
  const own = stage === "king" ? ["answer", "report/tries/king"] : ["answer", ...answers];
  return [...new Set([...own, "report"])];
}

/** The models a stage will ask: their keys are looked for before the first call is paid. */
function modelsOf(config: Config, stage: string): readonly ModelRef[] {
  if (stage === "validate") return judgePanel(config);
  if (stage === "rollout" || stage === "gym") return [config.king];
  if (stage === "refine") {
    const { grounding_model } = config.audit;
    const side = grounding_model === undefined ? [] : [groundingModel(config)];
    return [refineModel(config), ...side, ...judgePanel(config)];
  }
  if (stage !== "king" && stage !== "challenger") return [];
  const side = stage === "challenger" ? sideModels(config) : [];
  return [config[stage], ...fallbackModels(config[stage]), ...side];
}

/** Where the person named the judges that this workspace asks. */
function judgesKey(written: Config, config: Config): string | undefined {
  const [first] = judgePanel(config);
  return first && settingOf(written, "validate", { ...first, role: "judge" }).model;
}

/** Answers of the `offline` provider; recordings are read when the first one is asked for. */
function lazyReplay(config: Config): (request: ChatRequest) => Outcome {
  let replay: ((request: ChatRequest) => Outcome) | null = null;
  return (request) => {
    replay ??= makeReplay({
      turns: readRecording(join(recordingDir(config), "turns.jsonl"), recordedTurnSchema),
      replies: readRecording(join(recordingDir(config), "replies.jsonl"), recordedReplySchema),
      leaveOut: config.offline.leave_out,
    });
    return replay(request);
  };
}

const recordingDir = (config: Config): string => resolve(config.root, config.offline.dir);
