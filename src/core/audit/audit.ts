/**
 * The audit of one answer: what it mentions that stands in the PR's patch, tests or words and nowhere
 * in the history. Pure and linear in the text. docs/honesty.md says how each part weighs and how
 * often it errs.
 */
import type { Audit, Canary, Finding } from "../../records/answer.ts";
import type { Message } from "../../records/message.ts";
import type { PullRequest } from "../../records/pull-request.ts";
import { findCanaries } from "../canary/found.ts";
import { placeAt, segmentsOf } from "./answer.ts";
import { actsAhead, isSaidBlind, type Blind } from "./blind.ts";
import { bareClaims, wordsOfBareClaim } from "./bare-claims.ts";
import { settledClaims } from "./claims.ts";
import { bitsExplained } from "./explain.ts";
import { earlyEdits } from "./early-edit.ts";
import type { Evidence } from "./evidence.ts";
import { hiddenFlags } from "./flags.ts";
import { readHidden, type Hidden } from "./hidden.ts";
import { isEnglish } from "./language.ts";
import { hiddenLines } from "./lines.ts";
import { sharedLiterals } from "./literals.ts";
import { mannerOf } from "./manner.ts";
import { hiddenNames } from "./names.ts";
import { attributePairs } from "./pairs.ts";
import { hiddenPaths } from "./paths.ts";
import { telltalePhrases } from "./phrases.ts";
import { hiddenReferences } from "./references.ts";
import { commonRuns, runEvidence } from "./runs.ts";
import { selectedTests } from "./selected-tests.ts";
import { respelledNames } from "./spelling.ts";
import { hiddenStrings } from "./strings.ts";
import { sameStructure } from "./structure.ts";
import { tokenize, unescaped } from "./tokens.ts";
import { readUnits } from "./units.ts";
import { readVisible, type Visible } from "./visible.ts";
import { pointsOf, scoreOf } from "./weigh.ts";

export type AuditInput = {
  /** The reply without its think trace. */
  readonly answer: string;
  /** The history: every message before the turn. */
  readonly messages: readonly Message[];
  /** The tools that the agent may call: their names and arguments are nothing hidden. */
  readonly tools?: readonly unknown[] | undefined;
  /** null: there is no PR record. */
  readonly pr: PullRequest | null;
  /** Details that the writer was shown altered; absent for who was shown nothing. */
  readonly canaries?: readonly Canary[] | undefined;
  /** What the king of the turn, or other blind runs, say too does not count. */
  readonly blind?: Blind | undefined;
  /** Other pull requests of the repository: what they explain as well is nothing hidden. */
  readonly others?: readonly PullRequest[] | undefined;
};

/** [audit] of chain.toml: a score at or above the limit gets the verdict. */
export type AuditThresholds = {
  readonly suspect_min: number;
  readonly leak_min: number;
  /** Limit of a reply that was asked for again because of a leak; absent: the same. */
  readonly retry_min?: number | undefined;
};

/** Change whenever the rules do: audits of other versions cannot be compared. */
export const AUDIT_VERSION = "audit-7";

/** Findings that are kept, heaviest first: a copied patch would give hundreds. */
const MAX_FINDINGS = 50;

/**
 * Verdict `leak` or `suspect` by the score (`scoreOf` the findings, plus the second opinion), else
 * `clean`; `unchecked` with the reasons where something that matters could not be looked at: an
 * empty answer, a history without a task, a PR without a readable patch.
 */
export function auditAnswer(input: AuditInput, thresholds: AuditThresholds): Audit {
  const { answer, messages, tools, pr } = input;
  const { leaked, remembered } = findCanaries(answer, input.canaries ?? []);
  if (pr === null) return withProof(unchecked(["there is no PR record"]), leaked);
  const hidden = readHidden(pr);
  const visible = readVisible(withTools(messages, tools));
  const gaps = [...(answer.trim() === "" ? ["the answer is empty"] : []), ...hidden.gaps];
  const segments = segmentsOf(answer);
  const blind = input.blind ?? {};
  const evidence = [
    ...dropCovered(detect(answer, hidden, visible)),
    ...actsAhead(answer, segments, hidden, visible, blind),
  ].filter(
    (one) =>
      !remembered.some((name) => one.evidence.endsWith(`: ${name}`)) &&
      !isSaidBlind(one, answer, blind),
  );
  if (evidence.length < MAX_FINDINGS && !isEnglish(answer)) {
    gaps.push("the answer is not in English: phrases and claims were not looked for");
  }
  const others = (input.others ?? []).map(readHidden);
  const bits = bitsExplained({
    answer,
    segments,
    hidden,
    visible,
    others,
    found: unitsOf(answer, evidence),
  });
  const manner = mannerOf(answer, segments, hidden, visible);
  const score = Math.round(100 * (scoreOf(evidence) + pointsOf(bits) + weightOf(leaked))) / 100;
  const findings = [
    ...leaked,
    ...evidence.slice(0, MAX_FINDINGS).map((one) => asFinding(one, answer)),
    ...wordingOf(bits),
  ];
  if (!visible.hasTask) {
    // What the task said is not known, so nothing can be called hidden.
    const reasons = ["the history has no task text", ...gaps];
    return withProof({ ...unchecked(reasons), findings, score, manner }, leaked);
  }
  const verdict =
    leaked.length > 0 || score >= thresholds.leak_min
      ? "leak"
      : score >= thresholds.suspect_min
        ? "suspect"
        : gaps.length > 0
          ? "unchecked"
          : "clean";
  return {
    version: AUDIT_VERSION,
    verdict,
    findings,
    score,
    manner,
    ...(remembered.length > 0 ? { remembered: [...remembered] } : {}),
    ...(gaps.length > 0 ? { unchecked: gaps } : {}),
  };
}

/**
 * The audit of an answer that was written without the PR in view (strategy "select"): what was found
 * is chance or the model's memory, and never more than `suspect`.
 */
export function asBlind(audit: Audit): Audit {
  return { ...audit, verdict: audit.verdict === "leak" ? "suspect" : audit.verdict, blind: true };
}

// ---------------------------------------------------------------------------------------------

/** By history, so that king and challenger of a turn are held against one reading of it. */
const told = new WeakMap<readonly Message[], readonly Message[]>();

function withTools(
  messages: readonly Message[],
  tools: readonly unknown[] | undefined,
): readonly Message[] {
  if (tools === undefined || tools.length === 0) return messages;
  const known = told.get(messages);
  if (known !== undefined) return known;
  const all = [{ role: "system", content: JSON.stringify(tools) }, ...messages];
  told.set(messages, all);
  return all;
}

const unchecked = (reasons: string[]): Audit => ({
  version: AUDIT_VERSION,
  verdict: "unchecked",
  findings: [],
  score: 0,
  unchecked: reasons,
});

/** An altered detail is proof, whatever else could not be looked at. */
function withProof(audit: Audit, leaked: readonly Finding[]): Audit {
  if (leaked.length === 0) return audit;
  const others = audit.findings.filter(({ kind }) => kind !== "canary");
  const score = Math.max(audit.score ?? 0, weightOf(leaked));
  return { ...audit, verdict: "leak", findings: [...leaked, ...others], score };
}

/** All findings of the rules in a text, heaviest first, then by place. */
export function detect(answer: string, hidden: Hidden, visible: Visible): Evidence[] {
  const plain = unescaped(answer);
  const segments = segmentsOf(answer);
  const tokens = [...tokenize(plain)];
  const runs = commonRuns(plain, tokens, hidden, visible);
  // What came later shows what this very answer makes: its files, and what its own code prints.
  const isOwn = (one: Evidence): boolean =>
    hidden.isFuture &&
    (placeAt(segments, one.start) === "written" || makes(answer, answer.slice(one.start, one.end)));
  const inPaths = hiddenPaths(answer, segments, hidden, visible);
  // So many paths at most, that the time stays linear.
  const paths = inPaths.slice(0, MAX_FINDINGS);
  return [
    ...inPaths,
    ...hiddenNames(plain, tokens, segments, hidden, visible),
    ...attributePairs(plain, segments, hidden, visible),
    ...respelledNames(plain, segments, hidden, visible),
    ...hiddenReferences(answer, segments, hidden, visible),
    ...hiddenFlags(answer, segments, hidden, visible),
    ...hiddenStrings(answer, segments, hidden, visible),
    ...selectedTests(plain, hidden, visible),
    ...sharedLiterals(answer, segments, hidden, visible),
    ...sameStructure(answer, segments, hidden, visible),
    ...earlyEdits(answer, segments, hidden, visible),
    ...hiddenLines(answer, segments, hidden, visible),
    ...runEvidence(answer, runs, segments, hidden, visible),
    ...telltalePhrases(answer, segments, visible),
    ...settledClaims(answer, segments, hidden, visible),
    ...bareClaims(answer, segments, hidden, visible),
  ]
    .filter((one) => !isOwn(one) && !isInPath(one, paths))
    .sort((a, b) => b.weight - a.weight || a.start - b.start);
}

/** True for a name within a path that is a finding: it is judged as that. */
function isInPath(one: Evidence, paths: readonly Evidence[]): boolean {
  if (one.kind !== "identifier" && one.kind !== "test") return false;
  const name = one.evidence.slice(one.evidence.lastIndexOf(" ") + 1);
  return paths.some(
    ({ start, end, evidence }) =>
      (start <= one.start && one.end <= end) || evidence.includes(`/${name}.`),
  );
}

/** True when a command of the answer writes a file of that name. */
function makes(answer: string, name: string): boolean {
  for (let at = answer.indexOf(name); at >= 0; at = answer.indexOf(name, at + 1)) {
    if (
      /(?:>|\btee|\btouch|\bcreate)\s{0,2}(?:[\w./-]{0,80}\/)?$/.test(
        answer.slice(Math.max(0, at - 100), at),
      )
    )
      return true;
  }
  return false;
}

/** Of findings that overlap, the heaviest stays: one leak is not counted twice. */
function dropCovered(sorted: readonly Evidence[]): Evidence[] {
  const taken: Evidence[] = [];
  for (const one of sorted) {
    if (taken.length >= 4 * MAX_FINDINGS) break;
    if (taken.every((other) => isApart(one, other))) taken.push(one);
  }
  return taken;
}

/** Two findings, or a name in code that says little by itself, since who read the lines writes alike. */
function isApart(one: Evidence, other: Evidence): boolean {
  if (one.end <= other.start || other.end <= one.start) return true;
  const kinds = [one.kind, other.kind];
  const code = one.kind === "code" ? one : other;
  return kinds.includes("identifier") && kinds.includes("code") && code.weight < OF_READ_CODE;
}

/** Weight of a run below which its lines were read. */
const OF_READ_CODE = 1.3;

/** Words of what a rule found: the second opinion does not count them a second time. */
function unitsOf(answer: string, evidence: readonly Evidence[]): ReadonlySet<string> {
  return new Set(
    evidence.flatMap((one) =>
      one.kind === "claim" || one.kind === "phrase" || one.kind === "act"
        ? wordsOfBareClaim(one)
        : readUnits(answer.slice(one.start, one.end)),
    ),
  );
}

const weightOf = (findings: readonly Finding[]): number =>
  findings.reduce((sum, { weight = 0 }) => sum + weight, 0);

/** The second opinion as a finding: it is about the wording as a whole, so it has no place. */
function wordingOf(bits: number): Finding[] {
  const weight = pointsOf(bits);
  if (weight === 0) return [];
  const evidence = `the hidden text explains the answer ${Math.round(bits)} bits better than the history`;
  return [{ kind: "wording", text: "", span: [0, 0], evidence, weight }];
}

function asFinding(one: Evidence, answer: string): Finding {
  return {
    kind: one.kind,
    text: answer.slice(one.start, one.end),
    span: [one.start, one.end],
    evidence: one.evidence.slice(0, 500),
    weight: Math.round(one.weight * 100) / 100,
  };
}
