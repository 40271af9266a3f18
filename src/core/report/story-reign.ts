/** Who reigned, on what data, and by how much each challenger won or lost. */
import type { Challenge, Lineage } from "../../records/lineage.ts";
import { spentIn } from "../reign/lineage.ts";
import { challengeWords, marginWords } from "../reign/words.ts";
import {
  differencesChart,
  type DifferenceLine,
  type DifferenceWords,
} from "./charts/differences.ts";
import { points } from "./format.ts";
import type { Block } from "./document.ts";

/** [] where no checkpoint has challenged anybody. */
export function reignBlocks(lineage: Lineage | null): readonly Block[] {
  if (lineage === null || lineage.challenges.length === 0) return [];
  const right = { align: "right" } as const;
  const crowns = lineage.kings.map(({ name, since }) => `${name} since ${since.slice(0, 10)}`);
  return [
    { kind: "heading", level: 2, text: "Who reigns" },
    { kind: "text", text: `Kings in order: ${crowns.join(", ")}.` },
    { kind: "list", items: lineage.challenges.map(challengeWords) },
    {
      kind: "table",
      columns: [
        { name: "challenger" },
        { name: "king" },
        { name: "trained on" },
        { name: "duel" },
        { name: "margin" },
        { name: "turns", ...right },
        { name: "repositories", ...right },
        { name: "accepted" },
      ],
      rows: lineage.challenges.flatMap(duelRows),
    },
    {
      kind: "text",
      text: "Turns of a duel are of repositories that neither side was trained on, and that no duel had used before. The gate accepts or not; the interval of the margin is shown.",
    },
  ];
}

/** The same as a page of its own, with a picture of the margins and what of the held-out repositories is spent. */
export function reignPage(lineage: Lineage): readonly Block[] {
  const spent = spentIn(lineage);
  const chart = differencesChart(lineage.challenges.flatMap(marginLines), MARGINS);
  const [king] = lineage.kings.slice(-1);
  return [
    {
      kind: "facts",
      items: [
        {
          label: "king",
          value: king?.name ?? "–",
          hint: king === undefined ? "" : `since ${king.since.slice(0, 10)}`,
        },
        { label: "challenges", value: String(lineage.challenges.length), hint: "" },
        {
          label: "held-out repositories spent",
          value: String(spent.length),
          hint: "each in one duel, and in no other",
        },
      ],
    },
    ...reignBlocks(lineage),
    ...(chart === null ? [] : [{ kind: "picture", file: "reign.svg", chart } as const]),
    { kind: "heading", level: 2, text: "What they learned from" },
    {
      kind: "table",
      columns: [
        { name: "challenger" },
        { name: "set" },
        { name: "method" },
        { name: "base" },
        { name: "repositories in it", align: "right" },
        { name: "began" },
      ],
      rows: lineage.challenges.map(
        ({ challenger, dataset, dataset_hash, method, base, trained_on, began }) => [
          challenger.name,
          `${dataset} (${dataset_hash.slice(0, 8)})`,
          method,
          base,
          String(trained_on.repositories.length),
          began.slice(0, 10),
        ],
      ),
    },
    { kind: "heading", level: 2, text: "Held-out repositories spent" },
    spent.length === 0
      ? { kind: "text", text: "None yet." }
      : { kind: "list", items: lineage.challenges.flatMap(spentItems) },
  ];
}

// ---------------------------------------------------------------------------------------------

const MARGINS: DifferenceWords = {
  title: "Margins of the duels",
  axis: "points: challenger − king (right of 0: the challenger is better)",
  what: "Margins of the duels in points, with 95 % intervals over clusters",
  shown: points,
  times: 1,
};

const marginLines = ({ name, duels }: Challenge): DifferenceLine[] =>
  duels.flatMap(({ result }, at) =>
    result?.margin == null || result.interval === null
      ? []
      : [
          {
            name: `${name}, duel ${at + 1}`,
            rows: result.n_parsed,
            difference: result.margin,
            interval: result.interval,
          },
        ],
  );

const spentItems = ({ name, duels }: Challenge): string[] =>
  duels.map(
    ({ repositories }, at) => `${name}, duel ${at + 1}: ${[...repositories].sort().join(", ")}`,
  );

const duelRows = ({ challenger, king, dataset, dataset_hash, duels }: Challenge): string[][] =>
  duels.map(({ result, turns, repositories }, at) => [
    challenger.name,
    king.name,
    `${dataset} (${dataset_hash.slice(0, 8)})`,
    String(at + 1),
    result === null ? "–" : marginWords(result),
    String(result?.n_parsed ?? turns),
    String(repositories.length),
    result === null ? "not decided yet" : result.accepted ? "yes" : "no",
  ]);
