/**
 * Line numbers given as known: "line 307", sed -n '1215,1270p', file.py:523, that fall into a hunk
 * of the PR although the history showed no number near there and not the lines either. The narrower
 * the range, the less it can be chance.
 */
import { placeAt, type Segment } from "./answer.ts";
import type { Evidence } from "./evidence.ts";
import type { Hidden, HiddenHunk } from "./hidden.ts";
import { dense } from "./hidden.ts";
import type { Visible } from "./visible.ts";

type Claim = {
  readonly from: number;
  readonly to: number;
  readonly start: number;
  readonly end: number;
};

/** A shown number so near, in lines, lets one guess where to look. */
export const NEAR = 60;
/** To change a line in place one has to know which it is. */
const NEAR_EDIT = 2;
/** Lines of a window that may be chance, and what it weighs at most. */
const PAGE = 45;
const PAGE_WEIGHT = 1;
/** Lines at the top of a file are read by everybody. */
export const TOP = 12;

export function hiddenLines(
  answer: string,
  segments: readonly Segment[],
  hidden: Hidden,
  visible: Visible,
): Evidence[] {
  const found: Evidence[] = [];
  const hunks = hidden.hunks.filter((hunk) => !hunk.isNewFile && hunk.oldLength > 0);
  if (hunks.length === 0) return [];
  const mentioned = new Set(hunks.filter((hunk) => mentions(answer, hunk.path)).map((h) => h.path));
  const claims = lineClaims(answer);
  for (const claim of claims) {
    if (claim.to <= TOP || claim.from <= 2 || isElsewhere(answer, claim, hunks)) continue;
    const hunk = hunks.find(
      (one) => (mentioned.size === 0 || mentioned.has(one.path)) && touches(claim, one),
    );
    if (hunk === undefined) continue;
    const place = placeAt(segments, claim.start);
    const isProse = place === "prose";
    const near = place === "edit" && claim.to - claim.from <= NEAR_EDIT ? NEAR_EDIT : NEAR;
    if (isNumberShown(claim, hunk.path, visible, near)) continue;
    if (visible.text.includes(answer.slice(claim.start, claim.end))) continue;
    // Lines that were read can be counted, though hardly to a single one.
    const seen = (isProse ? 0.6 : 0.85) * shownShare(hunk, visible.observed());
    const weight = weightOf(claim, hunk, isProse) * (mentioned.size === 0 ? 0.7 : 1) * (1 - seen);
    if (weight < 0.3) continue;
    found.push({
      kind: "line",
      start: claim.start,
      end: claim.end,
      weight,
      evidence: `${hunk.part}: ${hunk.path} lines ${hunk.oldStart}-${hunk.oldStart + hunk.oldLength - 1}`,
    });
  }
  return found;
}

/** Share of the hunk's old lines that a dense text shows, 0..1; 0 for a hunk with no telling line. */
export function shownShare(hunk: HiddenHunk, shown: string): number {
  let telling = 0;
  let found = 0;
  for (const line of hunk.lines) {
    if (line.side === "added") continue;
    const text = dense(line.text);
    if (text.length < 8) continue;
    telling++;
    if (shown.includes(text)) found++;
  }
  return telling === 0 ? 0 : found / telling;
}

/** Share of a hunk's lines that counts as having read it. */
const READ = 0.3;

/** True when the patch changes lines and none of those places was shown so far. */
export function isUnread(hidden: Hidden, visible: Visible): boolean {
  const changes = hidden.hunks.filter((hunk) => hunk.part === "patch" && !hunk.isNewFile);
  return changes.length > 0 && changes.every((hunk) => shownShare(hunk, visible.observed()) < READ);
}

// ---------------------------------------------------------------------------------------------

const CLAIM =
  /\blines?\s{1,3}(?:#\s?)?(\d{1,6})(?:\s?(?:-|–|to|and|through)\s?(\d{1,6}))?|\b(\d{1,6}),\s?\+?(\d{1,6})\s?(?:p|s|d|c|i|a|\{|!)|(?:"|'|;|\s)(\d{1,6})(?:p|s\/|d|c\\|i\\|a\\)|\.\w{1,8}:(\d{1,6})(?:-(\d{1,6}))?\b|\bNR\s?[=><]{1,2}\s?(\d{1,6})(?:\s?&&\s?NR\s?[=><]{1,2}\s?(\d{1,6}))?|-L\s?(\d{1,6}),(\d{1,6})|\bL(\d{2,6})(?:-L?(\d{1,6}))?\b|\s\+(\d{1,6})\s|\blines\[(\d{1,6})(?::(\d{1,6}))?\]|\bedit\s(\d{1,6}):(\d{1,6})|\[(\d{1,6}),\s?(\d{1,6})\]|\b(\d{2,6})-(\d{2,6})\b/g;

export function lineClaims(answer: string): Claim[] {
  const claims: Claim[] = [];
  const seen = new Set<string>();
  for (const match of answer.matchAll(CLAIM)) {
    const numbers = match.slice(1).filter((group) => group !== undefined);
    const from = Number(numbers[0]);
    const isCount = /,\s?\+\d/.test(match[0]);
    const to = numbers[1] === undefined ? from : Number(numbers[1]) + (isCount ? from : 0);
    // A claim that is repeated says nothing new.
    if (to < from || seen.has(match[0])) continue;
    seen.add(match[0]);
    claims.push({ from, to, start: match.index, end: match.index + match[0].length });
  }
  for (const match of answer.matchAll(HEAD_AND_TAIL)) {
    const [to, count] = [Number(match[1]), Number(match[2])];
    if (count > to) continue;
    claims.push({
      from: to - count + 1,
      to,
      start: match.index,
      end: match.index + match[0].length,
    });
  }
  return claims;
}

/** The last lines of the first ones: head -n 331 file | tail -n 12. */
const HEAD_AND_TAIL = /\bhead -(?:n ?)?(\d{1,6})\b[^|;&\n]{0,120}\|\s?tail -(?:n ?)?(\d{1,6})\b/g;

/** A file that stands in front of a number, or is named in the rest of its command. */
const FILE_BEFORE = /([\w.-]{1,80})$/;
const FILE_BEHIND = /^[^\n;|&]{0,120}?[\s/"']([\w-]{1,80}\.[a-z]\w{0,7})\b/i;

/** True for lines of a file that the pull request does not touch. */
function isElsewhere(answer: string, claim: Claim, hunks: readonly HiddenHunk[]): boolean {
  const suffix = /^(\.\w{1,8}):/.exec(answer.slice(claim.start, claim.end))?.[1];
  const before = answer.slice(Math.max(0, claim.start - 80), claim.start);
  const named =
    suffix === undefined
      ? FILE_BEHIND.exec(answer.slice(claim.end, claim.end + 200))?.[1]
      : `${FILE_BEFORE.exec(before)?.[1] ?? ""}${suffix}`;
  return named !== undefined && hunks.every(({ path }) => !path.endsWith(named));
}

function touches(claim: Claim, hunk: HiddenHunk): boolean {
  const inside = (start: number, length: number): boolean =>
    claim.from <= start + length && claim.to >= start - 1;
  return inside(hunk.oldStart, hunk.oldLength) || inside(hunk.newStart, hunk.newLength);
}

/** Bits: how many places of that width an average file has. */
function weightOf(claim: Claim, hunk: HiddenHunk, isProse: boolean): number {
  const width = claim.to - claim.from + 1;
  const length = Math.max(400, hunk.oldStart * 1.2);
  const isRound = claim.from % 50 <= 1 && width >= 40;
  // A window of a screen or more is how one pages through a file.
  const most = width >= PAGE ? PAGE_WEIGHT : 2.4;
  const bits = Math.log2(length / (width + hunk.oldLength));
  if (bits <= 0) return 0;
  return Math.min(
    most,
    (bits * (isProse ? 0.62 : 0.55) + (width <= 3 ? 0.2 : 0)) * (isRound ? 0.4 : 1),
  );
}

function isNumberShown(claim: Claim, path: string, visible: Visible, near: number): boolean {
  const base = path.slice(path.lastIndexOf("/") + 1);
  return visible
    .lines()
    .some(
      (shown) =>
        shown.line >= claim.from - near &&
        shown.line <= claim.to + near &&
        (shown.file === null ? visible.namesNear(shown.message, base) : shown.file === base),
    );
}

function mentions(answer: string, path: string): boolean {
  const parts = path.split("/");
  const base = parts.at(-1) ?? "";
  const isCommon = /^(?:__init__|tests?|index|mod|main)\.\w+$/.test(base);
  return answer.includes(isCommon ? parts.slice(-2).join("/") : base);
}
