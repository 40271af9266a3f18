/** Who reigned, on what data, and by how much each challenger won or lost. */
import type { Challenge, Lineage } from "../../records/lineage.ts";
import { challengeWords, marginWords } from "../reign/words.ts";
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

// ---------------------------------------------------------------------------------------------

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
