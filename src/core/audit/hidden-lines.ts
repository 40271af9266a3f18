/** The hidden text line by line, for statistics that leave out what a history shows. */
import type { Hidden } from "./hidden.ts";
import { lineKey } from "./line-key.ts";
import { KEPT_RECORDS, rememberRecent } from "./recent.ts";
import { readUnits } from "./units.ts";

export type HiddenLine = {
  readonly key: string;
  readonly units: readonly string[];
};

/** Lines that are read: more of a huge patch tells nothing new. */
const MAX_LINES = 20_000;

/** All lines with a word in them; of a diff without its heads and signs. */
export const linesOf: (hidden: Hidden) => readonly HiddenLine[] = rememberRecent(
  KEPT_RECORDS,
  (hidden) =>
    hidden.texts
      .flatMap((text) => text.split("\n"))
      .slice(0, MAX_LINES)
      .filter((line) => !DIFF_HEAD.test(line))
      .map((line) => line.replace(/^[+-]/, ""))
      .map((line) => ({ key: lineKey(line), units: readUnits(line) }))
      .filter(({ units }) => units.length > 0),
);

// ---------------------------------------------------------------------------------------------

/** Paths and line numbers have detectors of their own. */
const DIFF_HEAD = /^(?:diff --git |index [0-9a-f]{6,}|--- |\+\+\+ |@@ )/;
