/**
 * The pairs that the kept attempts of one issue make, and what the model is asked. A failed patch is
 * never an answer to learn.
 */
import { cutLines } from "./cut.ts";
import type { Example, Metadata } from "./example.ts";
import { excerptOf } from "../failure/excerpt.ts";
import type { Format } from "./format-names.ts";
import { takes } from "./formats.ts";
import { MAX_FILES, type KeptAttempt } from "./repair.ts";
import { withProvenance } from "./provenance.ts";
import type { Grouping } from "./settings.ts";

export type PairKind = "positive" | "reflection" | "negative" | "preference";

/** Which kinds of pairs have a place in the formats: what has none is not built. */
export function wantedPairs(formats: readonly Format[]): (kind: PairKind) => boolean {
  const has = (kind: Example["kind"]): boolean => formats.some((format) => takes(format, kind));
  const wanted = {
    positive: has("sft"),
    reflection: has("sft"),
    negative: has("negative"),
    preference: has("preference"),
  };
  return (kind) => wanted[kind];
}

/**
 * The examples of one issue's attempts, in the order of the log. positive: each resolving patch;
 * reflection: each failed attempt with the first patch that resolved the issue later; negative and
 * preference: each failed patch, labelled as such.
 * @param wants which kinds of pairs have a place in the formats asked for.
 */
export function pairsOf(
  attempts: readonly KeptAttempt[],
  groupBy: Grouping,
  wants: (kind: PairKind) => boolean,
): { readonly pair: PairKind; readonly example: Example }[] {
  // Attempts without a number stand where the log has them; the sort is stable.
  const ordered = attempts
    .map((attempt, at) => ({ attempt, order: attempt.attempt ?? at + 1 }))
    .sort((a, b) => a.order - b.order)
    .map(({ attempt }) => attempt);
  const resolved = ordered.filter((attempt) => attempt.resolved);
  const later = nextResolved(ordered);
  const pairs: { pair: PairKind; example: Example }[] = [];
  if (wants("positive")) {
    for (const good of resolved) {
      const example = {
        ...baseOf(groupBy, good, "positive", null),
        kind: "sft" as const,
        answer: good.patch,
      };
      pairs.push({ pair: "positive", example });
    }
  }
  for (const [at, bad] of ordered.entries()) {
    if (bad.resolved) continue;
    const good = later[at];
    if (wants("reflection") && good !== undefined) {
      const example = {
        ...baseOf(groupBy, good, "reflection", bad),
        kind: "sft" as const,
        answer: good.patch,
      };
      pairs.push({ pair: "reflection", example });
    }
    if (wants("negative")) {
      const example = {
        ...baseOf(groupBy, bad, "negative", null),
        kind: "negative" as const,
        answer: bad.patch,
      };
      pairs.push({ pair: "negative", example });
    }
    const [best] = resolved;
    if (wants("preference") && best !== undefined && best.patch !== bad.patch) {
      const example = {
        ...baseOf(groupBy, bad, "preference", null),
        kind: "preference" as const,
        chosen: best.patch,
        rejected: bad.patch,
      };
      pairs.push({ pair: "preference", example });
    }
  }
  return pairs;
}

/** Without the log: what pairs need of it is looked up. */
export function cutDown(attempt: KeptAttempt): KeptAttempt {
  return { ...attempt, error: errorOf(attempt), log: "" };
}

// ---------------------------------------------------------------------------------------------

const ERROR_CHARS = 500;
const PATCH_CHARS = 800;

const SYSTEM =
  "You repair bugs in software repositories. Answer with a patch in unified diff format and nothing else.";

const errorOf = (attempt: KeptAttempt): string =>
  attempt.error ?? excerptOf(attempt.log, ERROR_CHARS);

/** For each attempt the first one behind it that resolved the issue. */
function nextResolved(ordered: readonly KeptAttempt[]): readonly (KeptAttempt | undefined)[] {
  const found: (KeptAttempt | undefined)[] = [];
  let next: KeptAttempt | undefined;
  for (let at = ordered.length - 1; at >= 0; at--) {
    found[at] = next;
    if (ordered[at]?.resolved === true) next = ordered[at];
  }
  return found;
}

function baseOf(
  groupBy: Grouping,
  attempt: KeptAttempt,
  pair: PairKind,
  before: KeptAttempt | null,
): Pick<Example, "prompt" | "group" | "metadata"> {
  return {
    prompt: promptOf(attempt, before),
    group: groupBy === "instance" ? attempt.instance_id : attempt.repo || attempt.instance_id,
    metadata: metadataOf(attempt, pair, before),
  };
}

function promptOf(attempt: KeptAttempt, before: KeptAttempt | null): Example["prompt"] {
  const where = attempt.repo === "" ? "" : ` in the repository ${attempt.repo}`;
  const parts = [`Repair this issue${where}.`, `## Issue\n${attempt.issue}`];
  if (attempt.files.length > 0) {
    const shown = attempt.files.slice(0, MAX_FILES).map((file) => `- ${file}`);
    const more = attempt.files.length > MAX_FILES ? ["- [... more]"] : [];
    parts.push(["## Files that may matter", ...shown, ...more].join("\n"));
  }
  if (before !== null) {
    const error = errorOf(before);
    parts.push(
      `## Previous attempt\nIt failed: ${before.category ?? "unknown"}.`,
      ...(error === "" ? [] : [`### First error\n${fenced(error, "")}`]),
      `### Its patch\n${fenced(cutLines(before.patch.trimEnd(), PATCH_CHARS), "diff")}`,
    );
  }
  return [
    { role: "system", content: SYSTEM },
    { role: "user", content: parts.join("\n\n") },
  ];
}

/** A code block whose fence is longer than any in the text. */
function fenced(text: string, language: string): string {
  let fence = "```";
  while (text.includes(fence)) fence += "`";
  return `${fence}${language}\n${text}\n${fence}`;
}

/** An attempt is a run; without a number nothing tells it from the others. */
const runOf = ({ instance_id, attempt }: KeptAttempt): string =>
  attempt === null ? "" : `${instance_id}#${attempt}`;

function metadataOf(attempt: KeptAttempt, pair: PairKind, before: KeptAttempt | null): Metadata {
  return withProvenance(
    {
      instance_id: attempt.instance_id,
      repo: attempt.repo,
      pair,
      attempt: attempt.attempt ?? -1,
      failed_attempt: before?.attempt ?? -1,
      failure_category: before?.category ?? attempt.category ?? "",
    },
    { run: runOf(attempt), turn: -1, origin: attempt.origin, models: attempt.model },
  );
}
