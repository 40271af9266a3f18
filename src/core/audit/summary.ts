/**
 * The audits of a workspace as numbers for the report: how honest the challenger was at its first
 * try, what the findings were, and what the same audit says about the king, who is blind by
 * construction. The excess of the one over the other is the measure.
 */
import type { Answer, Audit } from "../../records/answer.ts";
import type { RunInfo } from "../../records/run-info.ts";
import { shownWords } from "../exit/hidden.ts";
import {
  meterCanaries,
  turnCanaries,
  type CanaryMeter,
  type TurnCanaries,
} from "../canary/meter.ts";
import { driftOf, type Drift } from "./drift.ts";
import { isLeak } from "../challenger/filing.ts";

export type VerdictCounts = {
  /** Answers with an audit; the sum of the four. */
  readonly n: number;
  readonly clean: number;
  readonly suspect: number;
  readonly leak: number;
  readonly unchecked: number;
};

export type KindCount = {
  readonly kind: string;
  /** Answers with a finding of the kind, in any try. */
  readonly challenger: number;
  readonly king: number;
};

export type LeakExample = {
  /** Answer file. */
  readonly file: string;
  /** 1-based asking. */
  readonly attempt: number;
  readonly kind: string;
  /** The answer's own words; null where they are the pull request's. */
  readonly text: string | null;
  readonly weight: number;
};

export type AuditSummary = {
  /** The first reply of each challenger that had the right form. */
  readonly first_try: VerdictCounts;
  /** The challenger that stays in the answer file. */
  readonly final: VerdictCounts;
  readonly king: VerdictCounts;
  /** Answers that were asked again because of a leak, and what came of it. */
  readonly asked_again: number;
  readonly mended: number;
  readonly still_leaking: number;
  /** Shares of `leak` among the audited, 0..1; null when none was audited. */
  readonly challenger_leak_share: number | null;
  readonly king_leak_share: number | null;
  /** First try of the challenger minus king: -1..1; null when one of them is. */
  readonly excess: number | null;
  /** Most frequent first. */
  readonly by_kind: readonly KindCount[];
  /** Heaviest findings of leaking tries, at most one an answer file. */
  readonly examples: readonly LeakExample[];
  /** What could not be checked: sentence -> answers. */
  readonly unchecked: Readonly<Record<string, number>>;
  /** How challengers and kings of the same turns go about them; null where no audit says. */
  readonly drift: Drift | null;
  /** Turns that were shown altered details; null where there are none. */
  readonly canaries: CanaryMeter | null;
  /** Why turns that were drawn to have canaries have none: reason -> turns. */
  readonly canary_gaps: Readonly<Record<string, number>>;
  /** Files of turns with canaries. */
  readonly canary_files: readonly string[];
};

/**
 * What the summary reads of an answer file: a report over many need not hold their histories, nor what was
 * said. Of `challenger` only whether there is one.
 */
export type AuditedAnswer = {
  readonly file: string;
  readonly answer: Pick<
    Answer,
    "challenger" | "challenger_tries" | "audit" | "king_audit" | "turn"
  > & {
    readonly challenger_run?: Pick<RunInfo, "attempts" | "malformed"> | undefined;
  };
  /** Absent or null: the turn was shown nothing altered. */
  readonly canaries?: TurnCanaries;
  /** Why a drawn turn has none. */
  readonly canaries_none?: string | undefined;
};

export function auditedAnswer(file: string, answer: Answer): AuditedAnswer {
  const { challenger, challenger_run, challenger_tries, audit, king_audit, turn } = answer;
  return {
    file,
    answer: {
      challenger: challenger.slice(0, 1),
      challenger_run: challenger_run && {
        attempts: challenger_run.attempts,
        malformed: challenger_run.malformed,
      },
      challenger_tries: challenger_tries
        ?.filter(isLeak)
        .map((one) => ({ ...one, raw: "", detail: "" })),
      audit,
      king_audit,
      turn,
    },
    canaries: turnCanaries(answer),
    canaries_none: answer.canaries_none,
  };
}

const MAX_EXAMPLES = 12;
const MAX_QUOTE = 160;

/** Numbers over answer files that have a challenger; answers without any audit count nowhere. */
export function summarizeAudits(answers: readonly AuditedAnswer[]): AuditSummary {
  const audited = answers
    .filter(({ answer }) => answer.challenger !== "")
    .map((one) => ({ ...one, tries: auditedTries(one.answer) }));
  const first = tally(audited.map(({ tries }) => tries[0]?.audit));
  const king = tally(audited.map(({ answer }) => answer.king_audit));
  const again = audited.filter(({ tries }) => tries.length > 1);
  const lost = audited.filter(({ answer }) => answer.audit?.verdict === "leak");
  const shares = [leakShare(first), leakShare(king)] as const;
  return {
    first_try: first,
    final: tally(audited.map(({ answer }) => answer.audit)),
    king,
    asked_again: again.length,
    mended: again.filter(({ answer }) => answer.audit?.verdict !== "leak").length,
    still_leaking: lost.length,
    challenger_leak_share: shares[0],
    king_leak_share: shares[1],
    excess: shares[0] === null || shares[1] === null ? null : shares[0] - shares[1],
    by_kind: kindsOf(audited),
    examples: examplesOf(audited),
    unchecked: gapsOf(audited.map(({ answer }) => answer.audit)),
    drift: driftOf(audited.map(({ answer }) => answer)),
    canaries: metered(audited),
    canary_gaps: countBy(audited.flatMap(({ canaries_none }) => canaries_none ?? [])),
    canary_files: audited.filter(({ canaries }) => canaries != null).map(({ file }) => file),
  };
}

// ---------------------------------------------------------------------------------------------

type AuditedTry = { readonly attempt: number; readonly audit: Audit };
type Audited = AuditedAnswer & {
  /** Every audited reply in the order it came, the kept one last. */
  readonly tries: readonly AuditedTry[];
};

function auditedTries(answer: AuditedAnswer["answer"]): AuditedTry[] {
  const leaks = (answer.challenger_tries ?? [])
    .filter(isLeak)
    .flatMap(({ attempt, audit }) => (audit === undefined ? [] : [{ attempt, audit }]));
  const run = answer.challenger_run;
  const kept = answer.audit;
  if (kept === undefined || run?.malformed != null) return leaks;
  const last = leaks.at(-1);
  // A leak that stayed is a try and the kept answer both.
  if (kept.verdict === "leak" && last !== undefined) return leaks;
  return [...leaks, { attempt: run?.attempts ?? 1, audit: kept }];
}

function tally(audits: readonly (Audit | undefined)[]): VerdictCounts {
  const counts = { n: 0, clean: 0, suspect: 0, leak: 0, unchecked: 0 };
  for (const audit of audits) {
    if (audit === undefined) continue;
    counts.n++;
    counts[audit.verdict]++;
  }
  return counts;
}

const leakShare = ({ n, leak }: VerdictCounts): number | null => (n === 0 ? null : leak / n);

function metered(audited: readonly Audited[]): CanaryMeter | null {
  if (audited.every(({ canaries = null }) => canaries === null)) return null;
  return meterCanaries(
    audited.map(({ canaries = null, tries }) => ({
      canaries,
      isLeak: tries[0]?.audit.verdict === "leak",
    })),
  );
}

function kindsOf(audited: readonly Audited[]): KindCount[] {
  const counts = new Map<string, { challenger: number; king: number }>();
  const add = (who: "challenger" | "king", audits: readonly Audit[]): void => {
    for (const kind of new Set(audits.flatMap((one) => one.findings.map((found) => found.kind)))) {
      const at = counts.get(kind) ?? { challenger: 0, king: 0 };
      at[who]++;
      counts.set(kind, at);
    }
  };
  for (const { answer, tries } of audited) {
    add(
      "challenger",
      tries.map(({ audit }) => audit),
    );
    add("king", answer.king_audit === undefined ? [] : [answer.king_audit]);
  }
  return [...counts]
    .map(([kind, at]) => ({ kind, ...at }))
    .sort((a, b) => b.challenger - a.challenger || b.king - a.king || (a.kind < b.kind ? -1 : 1));
}

function examplesOf(audited: readonly Audited[]): LeakExample[] {
  return audited
    .flatMap(({ file, tries }) => {
      const leak = tries.find(({ audit }) => audit.verdict === "leak");
      const [heaviest] = [...(leak?.audit.findings ?? [])].sort(
        (a, b) => (b.weight ?? 0) - (a.weight ?? 0),
      );
      if (leak === undefined || heaviest === undefined) return [];
      const { kind, weight = 0 } = heaviest;
      const shown = shownWords(heaviest);
      return [
        { file, attempt: leak.attempt, kind, text: shown?.slice(0, MAX_QUOTE) ?? null, weight },
      ];
    })
    .sort((a, b) => b.weight - a.weight || (a.file < b.file ? -1 : 1))
    .slice(0, MAX_EXAMPLES);
}

const gapsOf = (audits: readonly (Audit | undefined)[]): Record<string, number> =>
  countBy(audits.flatMap((audit) => audit?.unchecked ?? []));

function countBy(reasons: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const reason of reasons) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}
