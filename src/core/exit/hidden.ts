/**
 * Which words of a challenger may be shown outside `answer/`. A challenger that leaks, and one that
 * was never checked because it broke the form, may quote the pull request word for word.
 */
import type { Answer } from "../../records/answer.ts";

/** True when the challenger's words stay in `answer/`: the exported turn has "" for them. */
export function hidesChallenger({
  audit,
  challenger_run: run,
}: Pick<Answer, "audit" | "challenger_run">): boolean {
  if (audit?.verdict === "leak") return true;
  const isChecked = audit?.verdict === "clean" || audit?.verdict === "suspect";
  return run?.malformed != null && !isChecked;
}

/**
 * The words of a finding, where they are a manner of speaking ("as the pull request says"); null where
 * they are what the pull request says itself: a path, a name, a line, a claim.
 */
export function shownWords(finding: {
  readonly kind: string;
  readonly text: string;
}): string | null {
  return finding.kind === "phrase" ? finding.text : null;
}

/** A reason without what it quotes: "malformed: no_block: there was ..." -> "malformed: no_block". */
export function shownReason(reason: string, detail: string): string {
  const code = detail.split(":")[0] ?? "";
  return detail === "" || code === detail ? reason : reason.replace(detail, () => code);
}
