/** The audit's numbers in a few lines for a person at a terminal. */
import type { AuditSummary, VerdictCounts } from "./summary.ts";

export function auditLines(summary: AuditSummary): string[] {
  const { first_try, final, king, excess } = summary;
  return [
    `challenger at its first try: ${counts(first_try)}`,
    ...(summary.asked_again > 0
      ? [`asked again because of a leak: ${summary.asked_again}, mended ${summary.mended}`]
      : []),
    `challenger in the end: ${counts(final)}`,
    `king (blind, the control): ${counts(king)}`,
    ...(excess === null ? [] : [`excess of leaks over the king: ${percent(excess)} points`]),
    ...Object.entries(summary.unchecked).map(([gap, n]) => `not checked in ${n}: ${gap}`),
  ];
}

// ---------------------------------------------------------------------------------------------

function counts({ n, clean, suspect, leak, unchecked }: VerdictCounts): string {
  if (n === 0) return "none audited";
  return `${n} audited, ${clean} clean, ${suspect} suspect, ${leak} leak (${percent(leak / n)}%), ${unchecked} unchecked`;
}

const percent = (share: number): string => (100 * share).toFixed(1);
