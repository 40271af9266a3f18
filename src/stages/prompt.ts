/**
 * prompt: draws turns from the trajectories and mirrors their pull requests. Writes
 * prompt/prompts_<count>_<NNN>.json, commit/<instance_id>.json and report/hugePR.md. Asks no model.
 */
import type { Config } from "../config.ts";
import { masked } from "../core/exit/masker.ts";
import { hugePrMarkdown } from "../core/sample/pr.ts";
import { answerFileOf, promptFiles } from "../core/sample/files.ts";
import { futureOf } from "../core/challenger/future.ts";
import { doorNotes, makeDoorCounts, type DoorCounts } from "../core/sample/door-notes.ts";
import { maskTurn } from "../core/secrets/door.ts";
import {
  costNote,
  cutNote,
  drawHash,
  emptyState,
  isDone,
  nothingDrawn,
  shortfallNote,
  onlyBeforeDraw,
  spreadNote,
  staleDraw,
} from "../core/sample/state.ts";
import { promptOf } from "../core/sample/select.ts";
import { FUTURE_FOLDER, futurePath } from "../io/hidden.ts";
import { openCommits } from "../io/commits.ts";
import { inParallel } from "../io/in-parallel.ts";
import { SOURCE_STATE, sourceStateSchema, type SourceState } from "../records/source.ts";
import type { StageOptions, StageSummary } from "../work.ts";
import type { Deps } from "../deps.ts";
import { drawTurns, type Drawn } from "../drawing/draw.ts";
import { openGauges } from "../drawing/gauges.ts";
import { openSources, type OpenedSources } from "../drawing/open-sources.ts";

export type PromptOptions = StageOptions & {
  /** Count broken lines and go on. */
  readonly skipBad: boolean;
  /** Requests to a Hub in flight. */
  readonly concurrency?: number;
};

/** No model is asked: the store and somebody to tell are all it needs. */
export type PromptDeps = Pick<Deps, "store" | "progress" | "signal">;

/**
 * Does nothing when the prompts of this configuration are there.
 * @throws UserError when they were drawn with another [source] (unless `force`), when a source names
 *   nothing or cannot be read, and when not a single turn is left.
 */
export async function prompt(
  config: Config,
  deps: PromptDeps,
  options: PromptOptions,
): Promise<StageSummary> {
  const target = Math.min(config.source.count, options.limit ?? config.source.count);
  const hash = drawHash(config.source, {
    style: config.protocol.style,
    hidden: config.challenger.hidden,
  });
  const before = await deps.store.readIfThere(SOURCE_STATE, sourceStateSchema);
  const there = (await deps.store.list("prompt")).filter((name) => name.endsWith(".json"));
  if (!options.force) {
    if (before !== null && isDone(before, hash, target, there)) return summaryOf(before, DONE_NOTE);
    if (there.length > 0 && before?.config_hash !== hash) throw staleDraw();
  }
  if (options.only !== undefined) throw onlyBeforeDraw();
  const sources = await openSources(config, {
    target,
    skipBad: options.skipBad,
    purpose: "draw",
    concurrency: options.concurrency ?? DEFAULT_CONCURRENCY,
    before: before?.config_hash === hash ? goesOnFrom(before, options.force) : null,
    async opened(opened, notes) {
      for (const note of notes) deps.progress.note(note);
      await deps.store.write(SOURCE_STATE, { ...emptyState(hash, target), sources: opened });
    },
  });
  const state = { ...emptyState(hash, target), sources: sources.sources() };
  await deps.store.write(SOURCE_STATE, state);
  for (const note of sources.notes) deps.progress.note(note);
  const counts = makeDoorCounts();
  const drawn = await draw(config, deps, { state, counts }, sources);
  if (drawn.interrupted) return interruptedSummary(drawn, target);
  const summary = await save(config, deps, { state, drawn, counts, sources, there });
  await sources.release();
  return summary;
}

// ---------------------------------------------------------------------------------------------

const DONE_NOTE = "the prompts of this [source] are there: nothing to do (--force draws them anew)";
const DEFAULT_CONCURRENCY = 32;
/** Prompt files of 200 turns are some 5 MB each. */
const WRITTEN_AT_ONCE = 2;

/** A draw that is done is made longer at its commits, by a plan of its own, or with --force made anew. */
function goesOnFrom(before: SourceState, force: boolean): SourceState | null {
  if (!before.done) return before;
  if (force) return null;
  const sources = before.sources.map(({ key, dataset, revision }) => ({ key, dataset, revision }));
  return { ...before, sources };
}

async function draw(
  config: Config,
  deps: PromptDeps,
  { state, counts }: Pick<Outcome, "state" | "counts">,
  { source, shape, prs }: OpenedSources,
): Promise<Drawn> {
  const { mask, count, per_file } = config.source;
  deps.progress.begin("prompt", state.target);
  const mirrored = new Set<string>();
  let n = 0;
  const writeCommit = await openCommits(deps.store);
  const drawn = await drawTurns(config.source, shape, state.target, {
    source,
    prs,
    gauges: await openGauges(config),
    style: config.protocol.style,
    hidden: config.challenger.hidden,
    signal: deps.signal,
    async onKept(kept, hidden) {
      const masked = await maskTurn({ candidate: kept, pr: hidden }, mask);
      const { candidate, pr } = masked;
      counts.add(masked);
      const isFuture = futureOf(pr) !== null;
      const path = isFuture ? futurePath(answerFileOf(n, count, per_file)) : candidate.instance_id;
      n++;
      deps.progress.step("kept");
      if (!mirrored.has(path)) {
        await (isFuture ? deps.store.write(path, pr) : writeCommit(candidate.instance_id, pr));
      }
      mirrored.add(path);
      return candidate;
    },
  });
  deps.progress.end();
  return drawn;
}

type Outcome = {
  readonly state: SourceState;
  readonly drawn: Drawn;
  readonly counts: DoorCounts;
  readonly sources: OpenedSources;
  /** Names in prompt/ before this run. */
  readonly there: readonly string[];
};

async function save(
  config: Config,
  deps: PromptDeps,
  { state, drawn, counts, sources, there }: Outcome,
): Promise<StageSummary> {
  const { count, per_file, max_pr_chars } = config.source;
  const huge = await masked(hugePrMarkdown(drawn.huge, max_pr_chars), config);
  await deps.store.writeText("report/hugePR.md", huge);
  if (drawn.kept.length === 0) throw nothingDrawn(drawn, config.source.spread);
  const files = promptFiles(drawn.kept.map(promptOf), count, per_file);
  for (const name of there) {
    if (!files.has(name)) await deps.store.remove(`prompt/${name}`);
  }
  await inParallel([...files], WRITTEN_AT_ONCE, ([name, prompts]) =>
    deps.store.write(`prompt/${name}`, prompts),
  );
  await removeStaleFutures(deps, counts.futures(config.source));
  const shortfall = shortfallNote(drawn, state.target, config.source.spread);
  const cost = costNote(sources.spent(), drawn.kept.length);
  const done: SourceState = {
    ...state,
    sources: sources.sources(),
    done: true,
    files: [...files.keys()],
    read: drawn.read,
    kept: drawn.kept.length,
    dropped: drawn.dropped,
    lost: drawn.lost,
    notes: [
      spreadNote(config.source.spread, drawn),
      cost,
      shortfall,
      cutNote(drawn.kept.length, state.target, count),
      ...doorNotes(counts.sum(), drawn, config.source),
    ].filter((note) => note !== null),
  };
  await deps.store.write(SOURCE_STATE, done);
  return summaryOf(done);
}

/** Futures of a draw before this one, whose answer files are others' now. */
async function removeStaleFutures(deps: PromptDeps, wanted: ReadonlySet<string>): Promise<void> {
  for (const name of await deps.store.list(FUTURE_FOLDER)) {
    if (!wanted.has(name)) await deps.store.remove(futurePath(name));
  }
}

/** Nothing is written: the next run draws the same turns, from what is kept of the reading. */
function interruptedSummary(drawn: Drawn, target: number): StageSummary {
  return {
    stage: "prompt",
    read: drawn.read + target - drawn.kept.length,
    kept: drawn.kept.length,
    dropped: drawn.dropped,
    pending: target - drawn.kept.length,
    asked: 0,
    notes: ["no prompt file is written yet: run the stage again, it goes on where it was"],
    stopped: { why: "interrupted", message: "stopped by Ctrl-C" },
  };
}

function summaryOf(state: SourceState, note?: string): StageSummary {
  return {
    stage: "prompt",
    read: state.read,
    kept: state.kept,
    dropped: state.dropped,
    pending: 0,
    asked: 0,
    notes: note === undefined ? state.notes : [...state.notes, note],
    stopped: null,
  };
}
