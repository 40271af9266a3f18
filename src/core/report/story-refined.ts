/** Second answers: how many rose, stayed and fell, and what the judges' reasons gained against the control. */
import { gainOf, type Change, type RefinedTurn } from "../refine/gain.ts";
import type { Block } from "./document.ts";
import { counted, points, thousands } from "./format.ts";

/** [] where no second answer was asked for. */
export function refinedBlocks(turns: readonly RefinedTurn[]): readonly Block[] {
  if (turns.length === 0) return [];
  const gain = gainOf(turns);
  const right = { align: "right" } as const;
  const drops = Object.entries(gain.dropped).sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    { kind: "heading", level: 2, text: "Refined answers" },
    {
      kind: "list",
      items: [
        `${counted(gain.begun, "turn")} of refined/ got a second answer: ${thousands(gain.judged)} judged, ${thousands(gain.pending)} still to come${drops.map(([reason, n]) => `, ${thousands(n)} ${reason}`).join("")}`,
        `of the judged ones ${thousands(gain.rose)} rose to final, ${thousands(gain.stayed)} stayed in refined, ${thousands(gain.fell)} fell to defeat, each by its new score alone`,
        `gain of the judges' reasons: ${changeWords(gain.difference)}`,
      ],
    },
    {
      kind: "table",
      columns: [
        { name: "shown for the second answer" },
        { name: "turns", ...right },
        { name: "mean change", ...right },
        { name: "95 % over clusters", ...right },
      ],
      rows: [
        rowOf("the first answer and the judges' reasons", gain.shown),
        rowOf("the first answer alone (control)", gain.control),
      ],
    },
    {
      kind: "text",
      text: "The change against the first score is shown and claims nothing: these turns were chosen by that score, and a new text draws its luck anew. The two halves were chosen alike, so their difference is what the reasons gave. The gate and all means above are computed without second answers.",
    },
  ];
}

// ---------------------------------------------------------------------------------------------

function changeWords({ mean, interval }: Change): string {
  if (mean === null) return "not known, since one of the halves has no judged turn";
  const by = `${points(mean)} points`;
  return interval === null
    ? `${by}, with no interval: all turns are of one cluster`
    : `${by}, 95 % from ${points(interval[0])} to ${points(interval[1])}`;
}

const rowOf = (name: string, { n, mean, interval }: Change): string[] => [
  name,
  thousands(n),
  points(mean),
  interval === null ? "–" : `${points(interval[0])} to ${points(interval[1])}`,
];
