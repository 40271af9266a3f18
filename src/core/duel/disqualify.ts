/** Turns that the challenger has lost before a judge is paid. The king is never disqualified. */
import type { Answer } from "../../records.ts";
import { checkForm } from "../turn/form.ts";
import { repetitionOf } from "../turn/repetition.ts";

export const DISQUALIFICATIONS = ["malformed", "repetition", "leak", "injection"] as const;
export type Disqualification = (typeof DISQUALIFICATIONS)[number];

export type Disqualified = { readonly reason: Disqualification; readonly detail: string };

/** null: the turn goes before the judges. */
export function disqualify(answer: Answer): Disqualified | null {
  const malformed = answer.challenger_run?.malformed;
  if (malformed !== undefined && malformed !== null) {
    return { reason: "malformed", detail: `${malformed.reason}: ${malformed.detail}` };
  }
  const form = checkForm(answer.challenger);
  if (!form.ok) return { reason: "malformed", detail: `${form.reason}: ${form.detail}` };
  const repeated = repetitionOf(form.command, answer.messages);
  if (repeated !== null) return { reason: "repetition", detail: repeated };
  if (answer.audit?.verdict === "leak") {
    const kinds = [...new Set(answer.audit.findings.map((finding) => finding.kind))];
    return { reason: "leak", detail: kinds.join(", ") };
  }
  return null;
}
