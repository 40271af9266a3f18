/** evaluation/<name>/report: what a checkpoint brought, as blocks. "No difference" is said as such. */
import type { EvaluationRow } from "../../records/evaluation.ts";
import type { Train } from "../../records/train.ts";
import { differencesChart, type DifferenceLine } from "../report/charts/differences.ts";
import { lossChart } from "../report/charts/loss-curve.ts";
import type { Block, Document } from "../report/document.ts";
import { counted, duration, nats, percent, points, thousands } from "../report/format.ts";
import type { Share } from "./answers.ts";
import { tokenWords } from "./notes.ts";
import {
  figuresBy,
  figuresOf,
  lengthGroup,
  preferenceOf,
  verdictOf,
  type Figures,
  type Preference,
  type Verdict,
} from "./figures.ts";

export type Evaluation = {
  readonly name: string;
  /** As a person named them. */
  readonly checkpoint: string;
  readonly base: string | null;
  readonly set: string;
  readonly split: string;
  readonly rows: readonly EvaluationRow[];
  /** Rows of the split, and why some have no figure. */
  readonly given: number;
  readonly leftOut: Readonly<Record<string, number>>;
  readonly cluster_by: string;
  readonly answers: {
    readonly form: Share | null;
    readonly action: Share | null;
    /** Reason -> answers of the checkpoint that have not the form. */
    readonly malformed: Readonly<Record<string, number>>;
    /** Verdict -> answers of the checkpoint; {} where nothing could be held against a pull request. */
    readonly audit: Readonly<Record<string, number>>;
  };
  /** null: the checkpoint was not trained here. */
  readonly train: Train | null;
  readonly notes: readonly string[];
};

/** One sentence: better, worse, or no difference. */
export function verdictWords({ verdict, difference, interval, n_clusters }: Figures): string {
  const by = `${nats(difference)} nats a token (95 % ${nats(interval?.[0])} to ${nats(interval?.[1])})`;
  switch (verdict) {
    case "better":
      return `The checkpoint tells these answers better than its base, by ${by}.`;
    case "worse":
      return `The checkpoint tells these answers worse than its base, by ${by}.`;
    case "none":
      return `No difference: ${by}; the interval covers 0.`;
    case "unsure":
      return `Not decided: ${counted(n_clusters, "cluster")} say too little of how far others would differ; the difference on these rows is ${nats(difference)} nats a token.`;
    case "alone":
      return "Nothing to compare with: the checkpoint is a whole model, and no base was named.";
    default:
      return verdict satisfies never;
  }
}

export function evaluationDocument(told: Evaluation): Document {
  const whole = figuresOf(told.rows);
  return {
    title: `${told.checkpoint} on ${told.set} (${told.split})`,
    blocks: [
      factsBlock(told, whole),
      { kind: "text", tone: TONES[whole.verdict], text: verdictWords(whole) },
      ...told.notes.map((text): Block => ({ kind: "text", tone: "note", text })),
      { kind: "text", text: methodWords(told) },
      ...groupBlocks(told, whole),
      ...preferenceBlocks(preferenceOf(told.rows)),
      ...answerBlocks(told.answers),
      ...trainBlocks(told.train),
    ],
  };
}

// ---------------------------------------------------------------------------------------------

const TONES: Readonly<Record<Verdict, "good" | "bad" | "note">> = {
  better: "good",
  worse: "bad",
  none: "note",
  unsure: "note",
  alone: "note",
};

function factsBlock({ rows, given, base, answers }: Evaluation, whole: Figures): Block {
  const { form, action } = answers;
  return {
    kind: "facts",
    items: [
      {
        label: "perplexity",
        value: points(whole.perplexity),
        hint: base === null ? "no base" : `base ${points(whole.perplexity_base)}`,
      },
      {
        label: "difference",
        value: nats(whole.difference),
        hint: `nats a token, 95 % ${nats(whole.interval?.[0])} to ${nats(whole.interval?.[1])}`,
      },
      {
        label: "rows",
        value: thousands(rows.length),
        hint: `of ${thousands(given)}; ${thousands(whole.tokens)} answer tokens in ${counted(whole.n_clusters, "cluster")}`,
      },
      { label: "form", value: percent(form?.share), hint: shareHint(form) },
      { label: "next action", value: percent(action?.share), hint: shareHint(action) },
    ],
  };
}

const shareHint = (share: Share | null): string =>
  share === null
    ? "no answer was written"
    : `base ${percent(share.share_base)}, of ${counted(share.answers, "written answer")}`;

function methodWords({ cluster_by, leftOut }: Evaluation): string {
  const left = Object.entries(leftOut).map(([reason, rows]) => `${reason} ${rows}`);
  return `Every figure is of the answer alone, its prompt given: base and checkpoint read the same rows. Intervals are paired and over clusters (${cluster_by}), by the gate's rule. Of groups that differ in nothing one interval in twenty misses 0.${left.length > 0 ? ` Left out: ${left.join(", ")}.` : ""}`;
}

type Grouping = {
  readonly title: string;
  readonly of: (row: EvaluationRow) => string | null;
};

const GROUPINGS: readonly Grouping[] = [
  { title: "label", of: ({ label }) => label },
  { title: "action type", of: ({ action_type }) => action_type },
  { title: "bucket", of: ({ bucket }) => bucket },
  { title: "repository", of: ({ repo }) => repo },
  { title: "prompt length, tokens", of: ({ prompt_tokens }) => lengthGroup(prompt_tokens) },
];

/** Groups that a table and the picture show. */
const SHOWN = 12;

function groupBlocks({ rows }: Evaluation, whole: Figures): Block[] {
  const all = GROUPINGS.map((grouping) => ({ ...grouping, groups: figuresBy(rows, grouping.of) }));
  const told = all.filter(({ groups }) => groups.length > 0);
  const lines = [
    ...lineOf({ ...whole, group: "all rows" }, true),
    ...told.flatMap(({ title, groups }) =>
      title === "repository" ? [] : groups.slice(0, SHOWN).flatMap((group) => lineOf(group)),
    ),
  ];
  const chart = whole.interval === null ? null : differencesChart(lines);
  return [
    { kind: "heading", level: 2, text: "By group" },
    ...(chart === null ? [] : [{ kind: "picture", file: "differences.svg", chart } as const]),
    ...told.flatMap(({ title, groups }): Block[] => [
      { kind: "heading", level: 3, text: `By ${title}` },
      groupTable(title, groups),
    ]),
  ];
}

function lineOf({ group, rows, difference, interval }: Figures, isWhole = false): DifferenceLine[] {
  return difference === null || interval === null
    ? []
    : [{ name: group, rows, difference, interval, isWhole }];
}

function groupTable(title: string, groups: readonly Figures[]): Block {
  const right = { align: "right" } as const;
  return {
    kind: "table",
    columns: [
      { name: title },
      { name: "rows", ...right },
      { name: "clusters", ...right },
      { name: "perplexity, base", ...right },
      { name: "perplexity", ...right },
      { name: "difference", ...right },
      { name: "95 %", ...right },
      { name: "" },
    ],
    rows: groups.map((one) => [
      one.group,
      thousands(one.rows),
      thousands(one.n_clusters),
      points(one.perplexity_base),
      points(one.perplexity),
      nats(one.difference),
      one.interval === null ? "–" : `${nats(one.interval[0])} – ${nats(one.interval[1])}`,
      WORDS[one.verdict],
    ]),
  };
}

const WORDS: Readonly<Record<Verdict, string>> = {
  better: "better",
  worse: "worse",
  none: "no difference",
  unsure: "too few clusters",
  alone: "",
};

function preferenceBlocks(told: Preference | null): Block[] {
  if (told === null) return [];
  return [
    { kind: "heading", level: 2, text: "Pairs" },
    {
      kind: "text",
      text: `Of ${counted(told.pairs, "pair")} the answer that won is the likelier one in ${percent(told.share)} (base ${percent(told.share_base)}); ${changeWords(told.change)}.`,
    },
  ];
}

function changeWords(change: Share["change"]): string {
  const { mean, interval } = change;
  if (mean === null) return "there is no base to compare with";
  const by = `${percent(mean)}, 95 % ${percent(interval?.[0])} to ${percent(interval?.[1])}`;
  const verdict = verdictOf(change);
  return verdict === "unsure" ? `too few clusters to decide (${by})` : `${WORDS[verdict]} (${by})`;
}

function answerBlocks({ form, action, malformed, audit }: Evaluation["answers"]): Block[] {
  if (form === null) return [];
  const reasons = Object.entries(malformed).sort(([, a], [, b]) => b - a);
  const verdicts = Object.entries(audit);
  return [
    { kind: "heading", level: 2, text: "Answers written anew" },
    {
      kind: "list",
      items: [
        `form: ${percent(form.share)} have it (base ${percent(form.share_base)}): ${changeWords(form.change)}`,
        ...(action === null
          ? []
          : [
              `next action: ${percent(action.share)} do what the reference does, by action type (base ${percent(action.share_base)}): ${changeWords(action.change)}`,
            ]),
        ...(reasons.length === 0
          ? []
          : [`without the form: ${reasons.map(([reason, n]) => `${reason} ${n}`).join(", ")}`]),
        verdicts.length === 0
          ? "audit: no answer could be held against a pull request, since commit/ has none of these instances"
          : `audit of the checkpoint's answers: ${verdicts.map(([verdict, n]) => `${verdict} ${n}`).join(", ")}`,
      ],
    },
  ];
}

function trainBlocks(train: Train | null): Block[] {
  if (train === null) return [];
  const chart = lossChart(
    train.curve.flatMap(({ step, loss = null, eval_loss = null }) =>
      typeof step === "number" ? [{ step, loss, eval_loss }] : [],
    ),
  );
  const { method, model, rows_trained, rows_given, steps, tokens_trained, hours, seed } = train;
  return [
    { kind: "heading", level: 2, text: "How it was trained" },
    {
      kind: "text",
      text: `${method} of ${model} on ${thousands(rows_trained)} of ${counted(rows_given, "row")} of ${train.dataset}: ${counted(steps, "step")}, ${tokenWords(tokens_trained)}, ${duration(hours * 3_600_000)}, seed ${seed}.`,
    },
    ...(chart === null ? [] : [{ kind: "picture", file: "loss.svg", chart } as const]),
  ];
}
