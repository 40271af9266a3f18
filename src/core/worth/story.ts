/** evaluation/worth/report: what choosing answers and turns was worth, as blocks. */
import { OUTCOMES, type OutcomeName, type Worth, type WorthEffect } from "../../records/worth.ts";
import { differencesChart, type DifferenceWords } from "../report/charts/differences.ts";
import type { Block, Document } from "../report/document.ts";
import { counted, duration, nats, percent, thousands } from "../report/format.ts";
import { estimateLines, type Estimate } from "../training/notes.ts";
import { MIN_CLUSTERS } from "../duel/gate.ts";
import { MIN_SEEDS } from "./effect.ts";

/** What the arms' checkpoints were measured by. */
const OUTCOME_WORDS: Readonly<Record<OutcomeName, string>> = {
  gym: "pass rate in the gym",
  action: "next action as the reference's",
  duel: "score against the reference by judges outside the panel",
};

/** The same, as a column of the arms' means. */
export const OUTCOME_COLUMNS: Readonly<Record<OutcomeName, string>> = {
  gym: "pass rate",
  action: "next action",
  duel: "outside score",
};

export function worthDocument(worth: Worth): Document {
  const { outcome, effects, shown, held_out, seeds, arms, beside = {} } = worth;
  return {
    title: "What choosing is worth",
    blocks: [
      {
        kind: "facts",
        items: [
          {
            label: "arms",
            value: String(Object.keys(arms).length),
            hint: Object.keys(arms).join(", "),
          },
          {
            label: "seeds",
            value: String(seeds.length),
            hint: `of each arm; ${worth.method} of ${worth.model}`,
          },
          {
            label: "held-out turns",
            value: thousands(held_out.rows),
            hint: `in no arm, repositories: ${held_out.repositories}`,
          },
        ],
      },
      ...effects.map((effect): Block => ({
        kind: "text",
        tone: effect.verdict === "better" ? "good" : effect.verdict === "worse" ? "bad" : "note",
        text: effectWords(effect, outcome),
      })),
      { kind: "text", text: deciderWords(worth) },
      ...(worth.notes ?? []).map((text): Block => ({ kind: "text", tone: "note", text })),
      { kind: "text", text: METHOD },
      armTable(worth),
      ...effectBlocks(OUTCOME_WORDS[outcome], effects, percent, "worth.svg"),
      ...OUTCOMES.flatMap((name) => {
        const found = beside[name];
        return found === undefined ? [] : besideBlocks(name, found);
      }),
      { kind: "heading", level: 2, text: "Shown, and decides nothing" },
      ...Object.entries(shown).flatMap(([name, found]) =>
        effectBlocks(name, found, name.includes("nats") ? nats : percent, null),
      ),
    ],
  };
}

/** "winner against king: no difference ...". */
export function effectWords(effect: WorthEffect, by: OutcomeName): string {
  const outcome = OUTCOME_WORDS[by];
  const { first, second, difference, interval, verdict, n_seeds, n_rows, n_clusters } = effect;
  const pair = `${first} against ${second}`;
  const size = `${percent(difference)} (95 % ${percent(interval?.[0])} to ${percent(interval?.[1])})`;
  const over = `${counted(n_seeds, "seed")}, ${counted(n_rows, by === "gym" ? "task" : "turn")}, ${counted(n_clusters, "cluster")}`;
  switch (verdict) {
    case "better":
    case "worse":
      return `${pair}: ${verdict} by ${size}, ${outcome}, over ${over}.`;
    case "none":
      return `${pair}: no difference: ${size}, ${outcome}, over ${over}; the interval covers 0.`;
    case "unsure":
      return `${pair}: not decided: ${over} say too little (${MIN_SEEDS} seeds and ${MIN_CLUSTERS} clusters are needed); the difference here is ${percent(difference)}.`;
    default:
      return verdict satisfies never;
  }
}

/** "Decides: pass rate in the gym (12 tasks of 6 packages, once each). Behind it: ...". */
export function deciderWords(worth: Worth): string {
  const { outcome, beside = {} } = worth;
  const behind = OUTCOMES.filter((name) => beside[name] !== undefined);
  const rest =
    behind.length === 0
      ? ""
      : ` Behind it, shown and deciding nothing: ${behind.map((name) => measuredWords(name, worth)).join("; ")}.`;
  return `Decides: ${measuredWords(outcome, worth)}.${rest}`;
}

/** What is printed before anything is trained. @param left trainings that are still to be done */
export function estimateWords(told: Estimate, left: number, runs: number): string[] {
  return [
    ...estimateLines(told, "each training"),
    `${left} of ${runs} trainings are left: about ${duration(left * told.hours * 3_600_000)}; then each of the ${runs} checkpoints writes its answers to the held-out turns`,
  ];
}

// ---------------------------------------------------------------------------------------------

/** An outcome with what it was measured on. */
function measuredWords(name: OutcomeName, worth: Worth): string {
  const { gym, duel, held_out, outcome, effects, beside = {} } = worth;
  const what = OUTCOME_WORDS[name];
  if (name === "gym" && gym !== undefined) {
    const seen =
      gym.seen === 0 ? "" : `; ${counted(gym.seen, "task")} of packages in the arms left out`;
    return `${what} (${counted(gym.tasks, "task")} of ${counted(gym.packages, "package")}, ${gym.runs === 1 ? "once" : `${gym.runs} times`} each${seen})`;
  }
  if (name === "duel" && duel !== undefined) {
    const unread = duel.unread === 0 ? "" : `, ${duel.unread} of them not read`;
    return `${what} (${duel.judges.join(", ")}; ${counted(duel.answers, "answer")}${unread})`;
  }
  const [first] = name === outcome ? effects : (beside[name] ?? []);
  return `${what} (of ${counted(first?.n_rows ?? held_out.rows, "held-out turn")})`;
}

const chartWords = (outcome: string): DifferenceWords => ({
  title: `Arms told apart by: ${outcome}`,
  axis: "per cent: first arm − second (right of 0: the first is better)",
  what: `Differences of arms in per cent, ${outcome}, with 95 % intervals over seeds and clusters together`,
  shown: percent,
  times: 100,
});

function besideBlocks(name: OutcomeName, effects: readonly WorthEffect[]): Block[] {
  return [
    { kind: "heading", level: 2, text: `Behind it: ${OUTCOME_WORDS[name]}` },
    ...effects.map((effect): Block => ({ kind: "text", text: effectWords(effect, name) })),
    ...effectBlocks(OUTCOME_WORDS[name], effects, percent, null),
  ];
}

const METHOD =
  "Arms were trained on the same turns and differ in the answer alone; arms of buckets on matched turns. Each was trained anew with every seed, and every checkpoint met the same tasks and answered the same held-out turns. Intervals are over seeds and clusters together: the gate's interval over clusters and Student's over seeds, joined as squares (docs/training.md says what it covers). Of comparisons that differ in nothing one in twenty misses 0.";

const RIGHT = { align: "right" } as const;

function armTable({ arms, means }: Worth): Block {
  const measured = [...new Set(Object.values(means).flatMap((one) => Object.keys(one)))];
  return {
    kind: "table",
    columns: [
      { name: "arm" },
      { name: "rows", ...RIGHT },
      ...measured.map((name) => ({ name, ...RIGHT })),
    ],
    rows: Object.entries(arms).map(([arm, rows]) => [
      arm,
      thousands(rows),
      ...measured.map((name) => {
        const value = means[arm]?.[name];
        return name.includes("nats") ? nats(value) : percent(value);
      }),
    ]),
  };
}

function effectBlocks(
  title: string,
  effects: readonly WorthEffect[],
  shown: (value: number | null | undefined) => string,
  file: string | null,
): Block[] {
  const chart =
    file === null
      ? null
      : differencesChart(
          effects.flatMap(({ first, second, n_rows, difference, interval }) =>
            difference === null || interval === null || !interval.every(Number.isFinite)
              ? []
              : [{ name: `${first} − ${second}`, rows: n_rows, difference, interval }],
          ),
          chartWords(title),
        );
  return [
    { kind: "heading", level: 3, text: title },
    {
      kind: "table",
      columns: [
        { name: "arm" },
        { name: "against" },
        { name: "difference", ...RIGHT },
        { name: "95 %", ...RIGHT },
        { name: "seeds", ...RIGHT },
        { name: "clusters", ...RIGHT },
      ],
      rows: effects.map(({ first, second, difference, interval, n_seeds, n_clusters }) => [
        first,
        second,
        shown(difference),
        `${shown(interval?.[0])} to ${shown(interval?.[1])}`,
        String(n_seeds),
        String(n_clusters),
      ]),
    },
    ...(chart === null || file === null ? [] : [{ kind: "picture", file, chart } as const]),
  ];
}
