/**
 * reign: a set becomes a checkpoint, the checkpoint answers held-out turns, and the panel decides between
 * it and the king. Crowned when it won `[reign] wins` duels, each on repositories of its own. What was
 * done is in reign/lineage.json and in each duel's workspace: stopped anywhere, it goes on from there.
 */
import { resolve } from "node:path";
import type { Config } from "../config.ts";
import { openDuel, withoutTurns, withResult } from "../core/reign/lineage.ts";
import { challengeWords, duelLine, reignLine } from "../core/reign/words.ts";
import type { Deps } from "../deps.ts";
import { UserError } from "../errors.ts";
import { openStore } from "../io/store.ts";
import { LINEAGE, type Challenge, type ReignDuel } from "../records/lineage.ts";
import type { TrainRun } from "../records/train-run.ts";
import type { Train } from "../records/train.ts";
import { whileAnswering, type ServeOptions } from "../trainer/answering.ts";
import {
  finishedCheckpoint,
  openChallenge,
  planNext,
  readLineage,
  refuseInVain,
  tallyOf,
  writeLineage,
  type House,
} from "../trainer/challenge.ts";
import {
  isAnswered,
  joinSides,
  portBefore,
  resultOf,
  writeJudged,
  writeSide,
  writeTurns,
} from "../trainer/duel-workspace.ts";
import { sideFolder, spentElsewhere, whyStopped, type Side } from "../trainer/inner-workspace.ts";
import { trainingPython } from "../trainer/run-python.ts";
import { underName } from "../trainer/under-name.ts";
import type { StageOptions, StageSummary } from "../work.ts";
import { king as answerBlind } from "./king.ts";
import { train, type TrainOptions } from "./train.ts";
import { validate } from "./validate.ts";

export type ReignOptions = Omit<TrainOptions, "set" | "estimate" | "merge" | "push" | "public"> & {
  /** The set to train on; absent: `checkpoint` is there already. */
  readonly set?: string;
  /** A name below artifacts/checkpoints/, or a folder. */
  readonly checkpoint?: string;
  /** Another workspace, whose prompt/ has the held-out turns. @default this one */
  readonly turns?: string;
  /** A server that is there already and answers for the challenger. */
  readonly baseUrl?: string;
  /** What it calls the checkpoint. */
  readonly serverModel?: string;
  readonly port?: number;
  /** Runs a stage in a workspace below this one. */
  readonly inside: (
    config: Config,
    root: string,
    name: string,
    stage: (config: Config, deps: Deps, options: StageOptions) => Promise<StageSummary>,
  ) => Promise<StageSummary>;
};

/**
 * @throws UserError where too few repositories are held out, for a checkpoint whose rows cannot be looked
 *   up, for what goes wrong in training and serving.
 */
export async function reign(
  config: Config,
  deps: Deps,
  options: ReignOptions,
): Promise<StageSummary> {
  const python = (): string => options.python ?? trainingPython();
  const { store } = deps;
  const turns =
    options.turns === undefined ? store : openStore(resolve(config.root, options.turns));
  const house: Own = { config, deps, options, python, turns, force: options.force };
  const { told, stopped: before } = await trainedNow(house);
  if (told === undefined) return before;
  const challenge = await openChallenge(house, told);
  const stopped = await fight(house, challenge.name, told);
  return summaryOf(house, challenge.name, stopped);
}

// ---------------------------------------------------------------------------------------------

type Own = House & { readonly deps: Deps; readonly options: ReignOptions };

type Stopped = StageSummary["stopped"];

/** The checkpoint's train.json, or the summary of a training that was stopped. */
type Trained =
  | { readonly told: Train; readonly stopped?: undefined }
  | { readonly told?: undefined; readonly stopped: StageSummary };

async function trainedNow(house: Own): Promise<Trained> {
  const { config, deps, options, python } = house;
  if (options.set === undefined) {
    return { told: await finishedCheckpoint(deps.store, options.checkpoint) };
  }
  const trained: Train[] = [];
  const wish = {
    ...options,
    set: options.set,
    python: python(),
    estimate: false,
    merge: false,
    push: false,
    public: false,
    onPlanned: (run: TrainRun) => refuseInVain(house, run),
    onTrained: (told: Train) => void trained.push(told),
  };
  const summary = await underName("reign", "train", () => train(config, deps, wish));
  const [told] = trained;
  return told === undefined ? { stopped: { ...summary, stage: "reign" } } : { told };
}

/** Duel after duel until it is decided; why it stopped before, or null. */
async function fight(house: Own, name: string, told: Train): Promise<Stopped> {
  const { deps } = house;
  for (;;) {
    const lineage = await readLineage(house);
    const challenge = lineage.challenges.find((one) => one.name === name);
    if (challenge?.state !== "open") return null;
    const duel = openDuel(challenge) ?? (await planNext(house, challenge));
    if (duel === null) {
      await writeLineage(house, withoutTurns(lineage, name, deps.now().toISOString()));
      continue;
    }
    const stopped = await fightOut(house, challenge, duel, told);
    if (stopped !== null) return stopped;
    const result = await resultOf(house.config, deps.store, duel);
    if (result === null) return UNDECIDED;
    const decided = withResult(await readLineage(house), name, result, deps.now().toISOString());
    await writeLineage(house, decided);
  }
}

const UNDECIDED = {
  why: "provider",
  message: "verdicts are missing; run it again to ask for them",
} as const;

const INTERRUPTED = { why: "interrupted", message: "run it again to go on" } as const;

/** Both answer, the panel judges; why it stopped before that was done, or null. */
async function fightOut(
  house: Own,
  challenge: Challenge,
  duel: ReignDuel,
  told: Train,
): Promise<Stopped> {
  const { config, deps, options } = house;
  const { store, progress } = deps;
  await writeTurns(house.turns, store, duel);
  for (const side of ["challenger", "king"] as const) {
    const stopped = await answerSide(house, challenge, duel, side, told);
    if (stopped !== null) return stopped;
  }
  const { challenger } = challenge;
  const without = await joinSides(store, duel, { model: challenger.model, provider: "served" });
  if (without === duel.turns) throw noOpponent(challenge, duel);
  if (without > 0) progress.note(`${without} of ${duel.turns} turns have no king's answer`);
  await writeJudged(config, store, duel, await spentElsewhere(store, duel.folder));
  const summary = await options.inside(config, store.path(duel.folder), "validate", validate);
  return whyStopped(summary);
}

const noOpponent = ({ king }: Challenge, duel: ReignDuel): UserError =>
  new UserError(
    `reign: ${king.name} answered none of the ${duel.turns} turns in their form (${sideFolder(duel, "king")}/report/tries)`,
    "let a model reign that can answer: [reign] model or [king]; then begin anew with --force",
  );

/** One side's answers, by the king's own stage; a server is started only where something is to be asked. */
async function answerSide(
  house: Own,
  challenge: Challenge,
  duel: ReignDuel,
  side: Side,
  told: Train,
): Promise<Stopped> {
  const { config, deps, options } = house;
  const { store, progress } = deps;
  const folder = sideFolder(duel, side);
  if (await isAnswered(store, folder)) return null;
  const who = challenge[side];
  const spent = await spentElsewhere(store, folder);
  progress.note(`${who.name} answers ${duel.turns} turns (${folder})`);
  const serving = await serveOptions(house, folder, side, told);
  const summary = await whileAnswering(
    config,
    store,
    { king: who, links: `reign/${challenge.name}/served-${side}` },
    serving,
    async (answering) => {
      await writeSide(config, store, folder, answering, spent);
      return options.inside(config, store.path(folder), "king", answerBlind);
    },
  );
  if (summary === null) return INTERRUPTED;
  const stopped = whyStopped(summary);
  if (stopped !== null || (await isAnswered(store, folder))) return stopped;
  return { why: "provider", message: `${who.name} left turns unanswered; run it again` };
}

async function serveOptions(
  { deps: { store, signal }, options, python }: Own,
  folder: string,
  side: Side,
  told: Train,
): Promise<ServeOptions> {
  const { baseUrl, serverModel, port, cpu } = options;
  return {
    command: "reign",
    python,
    onCpu: cpu || told.device === "cpu",
    portBefore: await portBefore(store, folder),
    signal,
    ...(port === undefined ? {} : { port }),
    // The server that is named has the checkpoint, not the king.
    ...(side === "challenger" ? { baseUrl, serverModel } : {}),
  };
}

async function summaryOf(house: Own, name: string, stopped: Stopped): Promise<StageSummary> {
  const lineage = await readLineage(house);
  const challenge = lineage.challenges.find((one) => one.name === name);
  if (challenge === undefined) throw new Error(`${LINEAGE} has lost the challenge ${name}`);
  const tally = await tallyOf(house, challenge);
  const notes = [
    ...challenge.duels.map(duelLine),
    challengeWords(challenge),
    reignLine(lineage),
    LINEAGE,
  ];
  return { ...tally.summary("reign", null, notes), stopped };
}
