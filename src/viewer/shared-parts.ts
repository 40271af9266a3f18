/**
 * Rows of many turns say the same over and over: judges' names, repositories, the votes of a judge. Each is held once
 * and not once a turn, which halves what a turn takes in memory. Records are never changed, so nobody sees it.
 */
import { METRICS } from "../records/score.ts";
import type { Entry } from "./entry.ts";

type JudgeView = Entry["row"]["judges"][number];

/** Gives an entry that is equal to the one it is given; of one workspace, for as long as it is shown. */
export function partsShared(): (entry: Entry) => Entry {
  const words = new Map<string, string>();
  const judges = new Map<string, JudgeView>();
  const word = (text: string): string => known(words, text, text);
  const judge = ({ model, score, metrics }: JudgeView): JudgeView => {
    const key = `${model} ${score} ${METRICS.map((metric) => metrics[metric]).join()}`;
    return known(judges, key, { model: word(model), score, metrics });
  };
  return (entry) => ({
    ...entry,
    row: {
      ...entry.row,
      file: entry.file,
      repo: word(entry.row.repo),
      style: word(entry.row.style),
      reason: word(entry.row.reason),
      judges: entry.row.judges.map(judge),
      kinds: entry.row.kinds.map(word),
    },
  });
}

// ---------------------------------------------------------------------------------------------

/** What is different each time is not worth a place here. */
const MOST_PARTS = 20_000;

function known<T>(parts: Map<string, T>, key: string, part: T): T {
  const there = parts.get(key);
  if (there !== undefined || parts.size >= MOST_PARTS) return there ?? part;
  parts.set(key, part);
  return part;
}
