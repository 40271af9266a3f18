/** A batch as its provider tells of it, in one shape for all of them. */
import { fieldOf, listOf, textIn } from "../../chat/json-fields.ts";

export type Job = {
  readonly id: string;
  /** In the provider's word. */
  readonly status: string;
  /** "refused": as a whole, before any request was carried out. */
  readonly state: "out" | "ended" | "refused";
  readonly inputs: readonly string[];
  /** null: it carries none. */
  readonly mark: string | null;
  /** What `Dialect.content` takes: of the answers, then of the errors. */
  readonly outputs: readonly string[];
  /** Why it was refused, in the provider's words. */
  readonly words: string;
  /** Milliseconds since 1970; null: not said. */
  readonly created_ms: number | null;
  /** ISO 8601. */
  readonly until: string | null;
  /** Only shown: counts were seen to be wrong, and to be 0 until the end. */
  readonly done: number;
  readonly total: number;
};

/** The mark's name in a batch's metadata. */
export const MARK = "kingmaker";

/** null where there is no id: the value is no batch. */
export function readJob(value: unknown): Job | null {
  const job = fieldOf(value, "job") ?? value;
  const id = textIn(job, "id");
  if (id === null) return null;
  const status = textIn(job, "status") ?? textIn(job, "processing_status") ?? "unknown";
  const counts = fieldOf(job, "request_counts");
  const outputs = ["output_file_id", "output_file", "error_file_id", "error_file", "results_url"];
  const found = outputs.flatMap((name) => textIn(job, name) ?? []);
  const state = STATES[status.toLowerCase()] ?? "out";
  return {
    id,
    status,
    // Refused with results is not refused as a whole.
    state: state === "refused" && found.length > 0 ? "ended" : state,
    inputs: [...(listOf(fieldOf(job, "input_files")) ?? []), fieldOf(job, "input_file_id")].filter(
      (one) => typeof one === "string",
    ),
    mark: textIn(fieldOf(job, "metadata"), MARK),
    outputs: found,
    words: wordsOf(job),
    created_ms: timeOf(fieldOf(job, "created_at")),
    until: isoOf(timeOf(fieldOf(job, "expires_at") ?? fieldOf(job, "job_deadline"))),
    done: doneOf(job, counts),
    total: totalOf(job, counts),
  };
}

// ---------------------------------------------------------------------------------------------

/** A word that is not here is waited for: a batch that is taken for over would be asked again. */
const STATES: Readonly<Record<string, Job["state"]>> = {
  completed: "ended",
  success: "ended",
  ended: "ended",
  expired: "ended",
  timeout_exceeded: "ended",
  cancelled: "ended",
  canceled: "ended",
  failed: "refused",
};

function wordsOf(job: unknown): string {
  const errors = fieldOf(job, "errors");
  const list = listOf(errors) ?? listOf(fieldOf(errors, "data")) ?? [];
  const said = list.map((one) => {
    const line = fieldOf(one, "line");
    const at = typeof line === "number" ? `line ${line}: ` : "";
    return `${at}${textIn(one, "message") ?? JSON.stringify(one)}`;
  });
  const error = fieldOf(job, "error");
  const own = textIn(error, "message") ?? (typeof error === "string" ? error : null);
  return [...said.slice(0, 3), ...(own === null ? [] : [own])].join("; ");
}

/** Seconds or milliseconds since 1970, or a date in words. */
function timeOf(value: unknown): number | null {
  if (typeof value === "number") return value > 1e11 ? value : value * 1000;
  const ms = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isFinite(ms) ? ms : null;
}

const isoOf = (ms: number | null): string | null =>
  ms === null ? null : new Date(ms).toISOString();

function numberIn(value: unknown, name: string): number {
  const found = fieldOf(value, name);
  return typeof found === "number" ? found : 0;
}

function doneOf(job: unknown, counts: unknown): number {
  const names = ["completed", "failed", "succeeded", "errored", "canceled", "expired"];
  const counted = names.reduce((sum, name) => sum + numberIn(counts, name), 0);
  return counted + numberIn(job, "completed_requests");
}

function totalOf(job: unknown, counts: unknown): number {
  const all = numberIn(counts, "total") + numberIn(job, "total_requests");
  return all > 0 ? all : doneOf(job, counts) + numberIn(counts, "processing");
}
