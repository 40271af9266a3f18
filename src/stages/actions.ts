/**
 * actions: next-action sets from agents' runs and this workspace's own turns. Writes three folders
 * below dataset/: proposer (what comes next), verifier (which of two), eval (gold labels, from groups
 * that are in neither). Asks no model.
 */
import type { Config } from "../config.ts";
import { actionCards } from "../core/actions/cards.ts";
import {
  labelOfTurn,
  proposerExample,
  proposerFormats,
  skippedTurn,
  verifierExample,
} from "../core/actions/examples.ts";
import { duelLoser, rejectedFor } from "../core/actions/rejected.ts";
import type { Built } from "../core/dataset/example.ts";
import type { Format } from "../core/dataset/format-names.ts";
import { labelledAnswer, withoutFormat } from "../core/label/labelled.ts";
import type { RunLabel } from "../records/prompt.ts";
import { labelChoice } from "../core/label/choice.ts";
import {
  datasetSettings,
  type DatasetFlags,
  type DatasetSettings,
} from "../core/dataset/settings.ts";
import { trajectoryShape } from "../core/sample/columns.ts";
import { benchmarkWarning } from "../core/speedrun/warning.ts";
import { ACTION_SETS } from "../core/actions/sets.ts";
import { kindCounts, originNotes, typeNotes, type KindCounts } from "../core/actions/kinds.ts";
import { actionsSummary } from "../core/actions/report.ts";
import { hasMark, sourcePrints } from "../io/dataset/made-from.ts";
import { freeFolders } from "../io/dataset-folders.ts";
import type { StageOptions, StageSummary } from "../work.ts";
import { planActions, type ActionPlan, type ActionSource } from "../builders/action-rows.ts";
import { writeDataset } from "../builders/dataset.ts";
import { setWide } from "../builders/set-wide.ts";
import type { Deps } from "../deps.ts";
import { openRows } from "../drawing/open-rows.ts";
import { NO_TURNS, readOwnTurns, type OwnTurns } from "../builders/own-turns.ts";

export type ActionsOptions = StageOptions &
  DatasetFlags & {
    /**
     * Sources; "none": leave them out. When one of the two is named, the other is left out; when
     * none is, [actions].swe and [actions].toolbench are read.
     */
    readonly swe?: readonly string[];
    readonly toolbench?: readonly string[];
    readonly maxSwe?: number;
    readonly maxToolbench?: number;
    /** Runs with these labels alone; default all. The workspace's own turns are no runs and stay. */
    readonly label?: readonly string[];
    /** Take the workspace's prompts and won duels. */
    readonly own: boolean;
    /** Folder that the three sets go into, absolute. */
    readonly output: string;
    readonly skipBad: boolean;
  };

/** @throws UserError for a source that names nothing, a folder that is not empty, and for no turns at all. */
export async function actions(
  config: Config,
  deps: Pick<Deps, "store" | "progress" | "rng">,
  options: ActionsOptions,
): Promise<StageSummary> {
  const settings = datasetSettings(config.dataset, options, setWide(config));
  const labels = labelChoice("actions", options.label);
  const folders = foldersIn(options.output);
  // What was made from this very input is left as it is; that is known when the sources are open.
  const isMarked = await hasMark(folders.proposer);
  if (!isMarked) await freeFolders(Object.values(folders), settings.force);
  const sources = await openSources(config, options);
  const own = options.own ? await readOwnTurns(deps.store) : NO_TURNS;
  const plan = await planActions(sources, own.rollouts, {
    groupBy: settings.groupBy,
    seed: settings.seed,
    evalFraction: config.actions.eval_fraction,
    maxEval: config.actions.max_eval,
    maxHistoryChars: config.source.max_history_chars,
    labels,
  });
  const warning = benchmarkWarning(plan.instanceIds);
  for (const line of warning) deps.progress.note(line);

  const sets: Sets = {
    plan,
    own,
    labels,
    evalFraction: config.actions.eval_fraction,
    settings,
    folders,
    warning,
    cards: actionCards(
      sources.map((source) => source.name),
      warning,
    ),
    madeFrom: await inputOf(config, { sources, own, labels }),
  };
  const turns = [await writeProposer(sets)];
  const hasPairs = plan.resolved + own.beaten.size > 0;
  const pairs = hasPairs ? await writeVerifier(sets, deps) : null;
  if (plan.inEval > 0) turns.push(await writeEval(sets));
  return actionsSummary(plan, { turns, pairs }, warning);
}

// ---------------------------------------------------------------------------------------------

/** What the three sets are made of. */
type Sets = {
  readonly plan: ActionPlan;
  readonly own: OwnTurns;
  readonly labels: ReadonlySet<RunLabel> | null;
  /** Of the turns, as it was asked for. */
  readonly evalFraction: number;
  readonly settings: DatasetSettings;
  readonly folders: ReturnType<typeof foldersIn>;
  readonly warning: readonly string[];
  readonly cards: ReturnType<typeof actionCards>;
  readonly madeFrom: unknown;
};

async function writeProposer(sets: Sets): Promise<StageSummary> {
  const { settings, folders, cards, madeFrom } = sets;
  const formats = proposerFormats(settings.formats);
  const kinds = kindCounts();
  const { summary } = await writeDataset(counted(proposerRows(sets, formats), kinds), {
    builder: "actions-proposer",
    madeFrom,
    output: folders.proposer,
    settings: { ...settings, formats },
    card: cards.proposer,
    stats: () => kinds.stats(),
    notes: () => [...sets.warning, ...typeNotes("proposer", kinds.stats())],
  });
  return summary;
}

async function writeVerifier(sets: Sets, deps: Pick<Deps, "rng">): Promise<StageSummary> {
  const { plan, own, settings, folders, cards, madeFrom } = sets;
  const kinds = kindCounts();
  const { summary } = await writeDataset(counted(verifierRows(plan, own, deps), kinds), {
    builder: "actions-verifier",
    madeFrom,
    output: folders.verifier,
    settings: { ...settings, formats: ["preference"] },
    card: cards.verifier,
    stats: () => kinds.stats(),
    notes: () => [
      ...sets.warning,
      ...typeNotes("verifier", kinds.stats()),
      ...originNotes(kinds.stats()),
    ],
  });
  return summary;
}

async function writeEval(sets: Sets): Promise<StageSummary> {
  const { plan, settings, folders, cards, madeFrom } = sets;
  const kinds = kindCounts();
  const { summary } = await writeDataset(counted(evalRows(plan), kinds), {
    builder: "actions-eval",
    madeFrom,
    output: folders.eval,
    settings: { ...settings, formats: ["prompt-completion"] },
    card: cards.eval,
    stats: () => ({
      ...kinds.stats(),
      // For publishing: the set alone does not tell what it was taken from.
      eval_fraction: sets.evalFraction,
      eval_of_turns: plan.taken,
    }),
    notes: () => [...sets.warning, ...typeNotes("eval", kinds.stats())],
    splits: { first: "test", others: [] },
  });
  return summary;
}

const foldersIn = (output: string) => ({
  proposer: `${output}/${ACTION_SETS.proposer}`,
  verifier: `${output}/${ACTION_SETS.verifier}`,
  eval: `${output}/${ACTION_SETS.eval}`,
});

async function openSources(config: Config, options: ActionsOptions): Promise<ActionSource[]> {
  const { swe, toolbench, max_swe, max_toolbench } = config.actions;
  // Who names one source means that one: the other is not fetched from the Hub unasked.
  const isNamed = options.swe !== undefined || options.toolbench !== undefined;
  const asked = [
    {
      name: "swe",
      names: options.swe ?? (isNamed ? [] : [swe].flat()),
      cap: options.maxSwe ?? max_swe,
    },
    {
      name: "toolbench",
      names: options.toolbench ?? (isNamed ? [] : [toolbench].flat()),
      cap: options.maxToolbench ?? max_toolbench,
    },
  ];
  const sources: ActionSource[] = [];
  for (const { name, names, cap } of asked) {
    if (names.length === 0 || names.includes("none")) continue;
    const rows = await openRows(config, names, `--${name}`, options.skipBad);
    trajectoryShape(`--${name}`, rows.files);
    sources.push({ name, rows, cap: Math.min(cap, options.limit ?? cap) });
  }
  return sources;
}

/** What tells this input from another. */
async function inputOf(
  config: Config,
  input: {
    readonly sources: readonly ActionSource[];
    readonly own: OwnTurns;
    readonly labels: ReadonlySet<string> | null;
  },
): Promise<unknown> {
  const { sources, own, labels } = input;
  const files: unknown[] = [];
  for (const { rows, cap } of sources) files.push(cap, await sourcePrints(config.root, rows.files));
  const turns = own.rollouts.map(({ id, messages }) => [id, messages]);
  const read = [files, turns, [...own.beaten], config.actions, config.source.max_history_chars];
  // Without the flag the input is what it was before there was one.
  return labels === null ? read : [...read, [...labels].sort()];
}

async function* counted(rows: AsyncIterable<Built>, counts: KindCounts): AsyncGenerator<Built> {
  for await (const built of rows) {
    counts.add(built);
    yield built;
  }
}

/** By the label of the run, or of the duel that the turn won. */
async function* proposerRows(
  { plan, own, labels }: Sets,
  formats: readonly Format[],
): AsyncGenerator<Built> {
  for await (const { event, group } of plan.events()) {
    if (plan.evalGroups.has(group)) continue;
    const label = labelOfTurn(event, own.beaten);
    const answer = labelledAnswer(label, labels?.has("FAILURE") === true);
    const reason = withoutFormat(label, answer, formats);
    yield reason === null ? proposerExample(event, group, answer) : skippedTurn(event, reason);
  }
}

/** Turns of resolved runs against what else could have been done; winners of duels against losers. */
async function* verifierRows(
  plan: ActionPlan,
  own: OwnTurns,
  deps: Pick<Deps, "rng">,
): AsyncGenerator<Built> {
  const rng = deps.rng("actions/rejected");
  for await (const { event, siblings, elsewhere, group } of plan.events()) {
    if (plan.evalGroups.has(group)) continue;
    const beaten = own.beaten.get(event.rollout.id);
    if (beaten !== undefined) yield verifierExample(event, group, duelLoser(event, beaten));
    else if (event.rollout.resolved === true) {
      yield verifierExample(event, group, rejectedFor(event, siblings, rng, elsewhere()));
    }
  }
}

async function* evalRows(plan: ActionPlan): AsyncGenerator<Built> {
  for await (const { event, group } of plan.events()) {
    if (plan.evalGroups.has(group)) yield proposerExample(event, group);
  }
}
