/**
 * The file of final/, refined/ and defeat/: built field by field, so that nothing which quotes the
 * pull request (evidence, rejected tries, a new field nobody thought of) can leave answer/.
 */
import type { Answer } from "../../records/answer.ts";
import type { Exported } from "../../records/exported.ts";
import type { Message } from "../../records/message.ts";
import type { RunInfo } from "../../records/run-info.ts";
import type { MetricValues } from "../../records/score.ts";
import { addFound, maskSecrets, type MaskOptions } from "../secrets/mask.ts";
import type { Decision } from "./person.ts";

export type ExportInput = {
  readonly answer: Answer;
  readonly score: number;
  readonly metrics: MetricValues;
  readonly decision: Decision;
};

/** The exported record with its secrets masked, and how many of each kind there were. */
export async function exportedOf(
  input: ExportInput,
  options: MaskOptions,
): Promise<{ exported: Exported; found: Readonly<Record<string, number>> }> {
  const texts: string[] = [];
  // First round: every text of the record, in order; second round: the masked ones in their places.
  recordOf(input, (text) => {
    texts.push(text);
    return text;
  });
  const masked = await maskAll(texts, options);
  let at = 0;
  const exported = recordOf(input, () => masked.texts[at++] ?? "");
  return { exported, found: masked.found };
}

// ---------------------------------------------------------------------------------------------

type Mask = (text: string) => string;

function recordOf({ answer, score, metrics, decision }: ExportInput, mask: Mask): Exported {
  return {
    instance_id: answer.instance_id,
    king: mask(answer.king),
    challenger: mask(answer.challenger),
    assistant: mask(answer.assistant),
    messages: answer.messages.map((message) => maskMessage(message, mask)),
    ...(answer.repo === undefined ? {} : { repo: answer.repo }),
    ...(answer.turn === undefined ? {} : { turn: answer.turn }),
    ...(answer.origin === undefined ? {} : { origin: answer.origin }),
    ...(answer.king_run === undefined ? {} : { king_run: runOf(answer.king_run) }),
    ...(answer.challenger_run === undefined
      ? {}
      : { challenger_run: runOf(answer.challenger_run) }),
    score,
    metrics,
    reason: mask(decision.reason),
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

/** All texts in one search, which costs a twentieth of as many searches. */
async function maskAll(
  texts: readonly string[],
  options: MaskOptions,
): Promise<{ texts: readonly string[]; found: Readonly<Record<string, number>> }> {
  const { text, found } = await maskSecrets(texts.join(SEAM), options);
  const parts = text.split(SEAM);
  if (parts.length === texts.length) return { texts: parts, found };
  // A seam stood in a text, or a secret reached over one: text by text.
  const each = [];
  for (const one of texts) each.push(await maskSecrets(one, options));
  return { texts: each.map((one) => one.text), found: addFound(each.map((one) => one.found)) };
}

const SEAM = "\n\u0000\u0000 seam \u0000\u0000\n";

function maskMessage(message: Message, mask: Mask): Message {
  const { role, content, tool_calls } = message;
  const masked = { role, content: mask(content) };
  return tool_calls === undefined
    ? masked
    : { ...masked, tool_calls: tool_calls.map((call) => maskDeep(call, mask)) };
}

function maskDeep(value: unknown, mask: Mask): unknown {
  if (typeof value === "string") return mask(value);
  if (Array.isArray(value)) return value.map((item: unknown) => maskDeep(item, mask));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, maskDeep(inner, mask)]),
  );
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
