/** What a plan looks at: the record's texts, which of them are new in tests or code, and the history. */
import type { PullRequest } from "../../records/pull-request.ts";
import { addedTexts, parseDiff } from "../audit/diff.ts";
import type { Visible } from "../audit/visible.ts";
import type { Rng } from "../random.ts";
import { isInHunk, type LinesLeft } from "./hunk-lines.ts";

export type Material = {
  readonly pr: PullRequest;
  readonly visible: Visible;
  /** Every text of the record. */
  readonly record: string;
  /** Lines that the tests, or the patch, add. */
  readonly addedTests: string;
  readonly addedCode: string;
  /** All of the diffs but the added lines, heads and paths too: what is there has to stay, or nothing applies. */
  readonly kept: string;
  readonly rng: Rng;
};

export function materialOf(pr: PullRequest, visible: Visible, rng: Rng): Material {
  const texts: string[] = [];
  collect(pr, texts);
  return {
    pr,
    visible,
    record: texts.join("\n"),
    addedTests: addedOf(pr.test_patch ?? ""),
    addedCode: addedOf(pr.patch ?? ""),
    kept: `${keptOf(pr.patch ?? "")}\n${keptOf(pr.test_patch ?? "")}`,
    rng,
  };
}

/** How often a text stands there by itself, not as a part of a longer word or number. */
export function timesAlone(text: string, part: string): number {
  let times = 0;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length)) {
    const [before, after] = [text[at - 1] ?? " ", text[at + part.length] ?? " "];
    if (!/[\w$]/.test(before) && !/[\w$]/.test(after)) times++;
  }
  return times;
}

/** `timesAlone` of every word, number and decimal of a text, in one pass: to be asked for thousands of them. */
export function alone(text: string): (part: string) => number {
  const times = new Map<string, number>();
  const add = (part: string): void => void times.set(part, (times.get(part) ?? 0) + 1);
  let before = "";
  let end = -1;
  for (const { 0: run, index } of text.matchAll(/[\w$]+/g)) {
    add(run);
    if (index === end + 1 && text[end] === ".") add(`${before}.${run}`);
    [before, end] = [run, index + run.length];
  }
  return (part) => times.get(part) ?? 0;
}

/** Letters and digits alone, in lower case. */
export const squeezed = (text: string): string =>
  text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "");

// ---------------------------------------------------------------------------------------------

function collect(value: unknown, texts: string[]): void {
  if (typeof value === "string") texts.push(value);
  else if (typeof value === "number") texts.push(String(value));
  else if (typeof value === "object" && value !== null) {
    for (const one of Object.values(value)) collect(one, texts);
  }
}

function addedOf(diff: string): string {
  return parseDiff(diff)
    .flatMap(({ hunks }) => addedTexts(hunks))
    .join("\n");
}

/** Lines of hunks that are there before, and whatever stands outside of hunks. */
function keptOf(diff: string): string {
  const left: LinesLeft = { old: 0, fresh: 0 };
  return diff
    .split("\n")
    .filter((line) => {
      if (isInHunk(left, line)) return !line.startsWith("+");
      const head = HEAD.exec(line);
      if (head !== null) [left.old, left.fresh] = [Number(head[1] ?? 1), Number(head[2] ?? 1)];
      return true;
    })
    .join("\n");
}

const HEAD = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/;
