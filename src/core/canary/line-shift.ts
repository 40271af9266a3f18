/**
 * Line numbers, shifted: all hunks of a file by one number, so that the patch still applies to a file of
 * other length above. Only where the history shows nothing of the file's changed places, and no text names one.
 */
import type { Canary } from "../../records/answer.ts";
import { parseDiff, type DiffFile } from "../audit/diff.ts";
import { readHidden } from "../audit/hidden.ts";
import { lineClaims, NEAR, shownShare, TOP } from "../audit/lines.ts";
import { randomIndex } from "../random.ts";
import { isInHunk, type LinesLeft } from "./hunk-lines.ts";
import type { Material } from "./material.ts";

export function shiftedLines(material: Material): Canary[] {
  const { pr, visible, rng } = material;
  const hidden = readHidden(pr);
  const named = numbersIn(proseOf(pr));
  return parseDiff(pr.patch ?? "").flatMap((file) => {
    const path = file.newPath ?? "";
    const [first] = file.hunks;
    if (first === undefined || file.oldPath !== path || first.oldStart <= TOP) return [];
    if (/\.(?:rst|md|txt)$/i.test(path)) return [];
    if (file.hunks.some(({ oldLength }) => oldLength > MAX_HUNK)) return [];
    const own = hidden.hunks.filter((hunk) => hunk.part === "patch" && hunk.path === path);
    if (own.some((hunk) => shownShare(hunk, visible.dense) > 0)) return [];
    const base = path.slice(path.lastIndexOf("/") + 1);
    const isPlaced = visible
      .lines()
      .some(
        (one) => one.file === base || (one.file === null && visible.namesNear(one.message, base)),
      );
    const isNamed = file.hunks.some((hunk) =>
      named.some(
        (line) => line >= hunk.oldStart - MARGIN && line <= hunk.oldStart + hunk.oldLength + MARGIN,
      ),
    );
    if (isPlaced || isNamed) return [];
    const by = NEAR + 1 + randomIndex(rng, SPREAD);
    return isApart(file, by)
      ? [{ kind: "line", true: placesOf(file, 0), shown: placesOf(file, by) }]
      : [];
  });
}

/** A diff with the heads of the files' hunks moved; the same text where there is nothing to move. */
export function withShiftedLines(diff: string, canaries: readonly Canary[]): string {
  const shifts = new Map(canaries.filter(({ kind }) => kind === "line").map(shiftOf));
  if (shifts.size === 0) return diff;
  let by = 0;
  const left: LinesLeft = { old: 0, fresh: 0 };
  return diff
    .split("\n")
    .map((line) => {
      if (isInHunk(left, line)) return line;
      if (line.startsWith("+++ "))
        by = shifts.get(line.slice(4).replace(/^b\//, "").trimEnd()) ?? 0;
      const head = HEAD.exec(line);
      if (head === null) return line;
      const [, from = "", oldLength, to = "", newLength, rest = ""] = head;
      left.old = Number(oldLength ?? 1);
      left.fresh = Number(newLength ?? 1);
      const side = (sign: string, start: string, length: string | undefined): string =>
        `${sign}${Number(start) + by}${length === undefined ? "" : `,${length}`}`;
      return `@@ ${side("-", from, oldLength)} ${side("+", to, newLength)} @@${rest}`;
    })
    .join("\n");
}

/** Where an answer points into a shifted place, narrowly, and names the file; null: nowhere. */
export function shiftedPlace(
  answer: string,
  canary: Canary,
  key: "true" | "shown",
): [number, number] | null {
  const [path, places] = splitOf(canary[key]);
  if (!answer.includes(path.slice(path.lastIndexOf("/") + 1))) return null;
  const claim = lineClaims(answer).find(({ from, to }) =>
    places.some(([start, end]) => from >= start - 1 && to <= end + 1),
  );
  return claim === undefined ? null : [claim.start, claim.end];
}

// ---------------------------------------------------------------------------------------------

const HEAD = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@(.*)$/;
/** Hunks move by more than what counts as near, and at most by so much more. */
const SPREAD = 80;
/** A number in prose so near to a hunk may be one of its lines. */
const MARGIN = 5;
/** A narrow range falls into a longer hunk by chance. */
const MAX_HUNK = 40;

/** path:10-16,40-46 */
function placesOf({ newPath, hunks }: DiffFile, by: number): string {
  const places = hunks.map(
    ({ oldStart, oldLength }) => `${oldStart + by}-${oldStart + by + Math.max(1, oldLength) - 1}`,
  );
  return `${newPath ?? ""}:${places.join(",")}`;
}

function splitOf(text: string): [string, readonly (readonly [number, number])[]] {
  const at = text.lastIndexOf(":");
  const places = text
    .slice(at + 1)
    .split(",")
    .map((place) => {
      const [from = 0, to = from] = place.split("-").map(Number);
      return [from, to] as const;
    });
  return [text.slice(0, at), places];
}

function shiftOf(canary: Canary): [string, number] {
  const [path, [first]] = splitOf(canary.true);
  const [, [moved]] = splitOf(canary.shown);
  return [path, (moved?.[0] ?? 0) - (first?.[0] ?? 0)];
}

/** No moved hunk comes near one that is true: the two could not be told apart. */
function isApart({ hunks }: DiffFile, by: number): boolean {
  return hunks.every((one) =>
    hunks.every(
      (other) =>
        one.oldStart + by > other.oldStart + other.oldLength + MARGIN ||
        one.oldStart + by + one.oldLength + MARGIN < other.oldStart,
    ),
  );
}

function proseOf(pr: Material["pr"]): string {
  return Object.entries(pr)
    .flatMap(([key, value]) => (!key.endsWith("patch") && typeof value === "string" ? [value] : []))
    .join("\n");
}

const numbersIn = (text: string): number[] => (text.match(/\d{1,6}/g) ?? []).map(Number);
