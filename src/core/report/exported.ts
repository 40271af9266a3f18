/**
 * The file of final/, refined/ and defeat/: built field by field, so that nothing which quotes the
 * pull request (evidence, rejected tries, a new field nobody thought of) can leave answer/.
 */
import type { Answer } from "../../records/answer.ts";
import type { Exported } from "../../records/exported.ts";
import type { Message } from "../../records/message.ts";
import type { RunInfo } from "../../records/run-info.ts";
import type { MetricValues } from "../../records/score.ts";
import { SCHEMA } from "../../records/schema.ts";
import { hidesChallenger, shownReason } from "../exit/hidden.ts";
import type { MaskOptions } from "../secrets/mask.ts";
import { mapTexts, maskTexts, type NamedText } from "../secrets/mask-texts.ts";
import type { Decision } from "./person.ts";

export type ExportInput = {
  readonly answer: Answer;
  readonly score: number;
  readonly metrics: MetricValues;
  readonly decision: Decision;
  /** Of a turn that was lost before a judge was asked; "" for others. It may quote the challenger. */
  readonly detail?: string;
};

/** The exported record with its secrets masked, and how many of each kind there were. */
export async function exportedOf(
  input: ExportInput,
  options: MaskOptions,
): Promise<{ exported: Exported; found: Readonly<Record<string, number>> }> {
  const texts: NamedText[] = [];
  // First round: every text of the record, in order; second round: the masked ones in their places.
  recordOf(input, (text, key = null) => {
    texts.push({ text, key });
    return text;
  });
  const masked = await maskTexts(texts, options);
  let at = 0;
  const exported = recordOf(input, () => masked.texts[at++] ?? "");
  return { exported, found: masked.found };
}

// ---------------------------------------------------------------------------------------------

type Mask = (text: string, key?: string | null) => string;

function recordOf(input: ExportInput, mask: Mask): Exported {
  const { answer, score, metrics, decision, detail = "" } = input;
  return {
    schema: SCHEMA,
    instance_id: answer.instance_id,
    king: mask(answer.king),
    // Buckets are copied around: what may quote the pull request is not in them.
    challenger: hidesChallenger(answer) ? "" : mask(answer.challenger),
    assistant: mask(answer.assistant),
    messages: answer.messages.map((message) => maskMessage(message, mask)),
    ...maskSaid(answer, mask),
    ...(answer.tools === undefined ? {} : { tools: mapTexts(answer.tools, mask) }),
    ...(answer.tools_from === undefined ? {} : { tools_from: answer.tools_from }),
    ...(answer.protocol === undefined ? {} : { protocol: answer.protocol }),
    ...(answer.run === undefined ? {} : { run: answer.run }),
    ...(answer.repo === undefined ? {} : { repo: answer.repo }),
    ...(answer.turn === undefined ? {} : { turn: answer.turn }),
    ...(answer.origin === undefined ? {} : { origin: answer.origin }),
    ...(answer.king_run === undefined ? {} : { king_run: runOf(answer.king_run) }),
    ...(answer.challenger_run === undefined
      ? {}
      : { challenger_run: runOf(answer.challenger_run) }),
    score,
    metrics,
    reason: mask(shownReason(decision.reason, detail)),
    ...(answer.refined_from === undefined ? {} : { refined_from: answer.refined_from.file }),
    ...(answer.audit === undefined
      ? {}
      : {
          audit: {
            verdict: answer.audit.verdict,
            kinds: [...new Set(answer.audit.findings.map((finding) => finding.kind))].sort(),
          },
        }),
  };
}

/** Everything that is said and called; other keys of a message are nobody's business. */
function maskMessage(message: Message, mask: Mask): Message {
  const { role, content, reasoning, tool_calls, tool_call_id, name, weight } = message;
  return {
    role,
    content: mask(content),
    ...(reasoning === undefined ? {} : { reasoning: mask(reasoning) }),
    ...(tool_calls === undefined
      ? {}
      : {
          tool_calls: tool_calls.map((call) => ({
            id: call.id,
            name: call.name,
            arguments: mapTexts(call.arguments, mask),
          })),
        }),
    ...(tool_call_id === undefined ? {} : { tool_call_id }),
    ...(name === undefined ? {} : { name }),
    ...(weight === undefined ? {} : { weight }),
  };
}

/** The three answers with their structure, where they have any. */
function maskSaid(answer: Answer, mask: Mask): Partial<Exported> {
  const said: Record<string, Message> = {};
  for (const key of ["king_message", "challenger_message", "assistant_message"] as const) {
    const message = answer[key];
    if (key === "challenger_message" && hidesChallenger(answer)) continue;
    if (message !== undefined) said[key] = maskMessage(message, mask);
  }
  return said;
}

/** Of a malformed reply the reason alone: its detail may quote a line of the reply. */
function runOf(run: RunInfo): RunInfo {
  return {
    model: run.model,
    provider: run.provider,
    prompt_version: run.prompt_version,
    config_hash: run.config_hash,
    usage: run.usage,
    cost_usd: run.cost_usd,
    attempts: run.attempts,
    finish_reason: run.finish_reason,
    time: run.time,
    ...(run.malformed == null ? {} : { malformed: { reason: run.malformed.reason, detail: "" } }),
  };
}
