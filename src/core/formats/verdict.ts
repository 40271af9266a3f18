/**
 * The one reader of verdicts: whether a run or a row did what it was to do, as data sets and harnesses
 * say it. What cannot be read is never a success: it is said to be unreadable, and counted.
 */
import { isRecord, listOf, recordOf, recordsOf, textOf, type Raw } from "./values.ts";
import type { Verdict } from "./run.ts";

/** null: nothing was said. */
export type ReadVerdict = Verdict | "unreadable" | null;

/** Columns that say so, in the order in which they are looked for. */
export const VERDICT_FIELDS = ["resolved", "target", "success", "passed", "reward"] as const;

/** true, 1, "True", "1", a reward of 1 or more; false, 0, "False", a reward below. */
export function verdictOf(value: unknown): ReadVerdict {
  if (value === null || value === undefined || value === "") return null;
  if (typeof value === "boolean") return value ? "success" : "failure";
  if (typeof value === "bigint") return verdictOf(Number(value));
  if (typeof value === "number") return ofNumber(value);
  if (typeof value !== "string") return "unreadable";
  const word = value.trim().toLowerCase();
  if (SUCCESSES.has(word)) return "success";
  if (FAILURES.has(word)) return "failure";
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/.test(word)) return ofNumber(Number(word));
  return NOTHING.has(word) ? null : "unreadable";
}

/** Of a row: the first of its columns that says anything. */
export function rowVerdict(row: Raw): ReadVerdict {
  for (const field of VERDICT_FIELDS) {
    const read = verdictOf(row[field]);
    if (read !== null) return read;
  }
  return reportVerdict(row["report"]) ?? harborVerdict(row);
}

/** Harbor's result.json: the reward that counts is called "reward"; a crash alone is no verdict. */
export function harborVerdict(value: unknown): ReadVerdict {
  const rewards = recordOf(recordOf(value)["verifier_result"])["rewards"];
  return isRecord(rewards) && "reward" in rewards ? ofReward(rewards["reward"]) : null;
}

/** inspect's scores by scorer: the first that says yes or no; several must agree. */
export function inspectVerdict(scores: unknown): ReadVerdict {
  const read = Object.values(recordOf(scores)).map((score) => ofScore(recordOf(score)["value"]));
  const said = read.filter((one) => one !== null);
  const [first] = said;
  if (first === undefined) return null;
  return said.every((one) => one === first) ? first : "unreadable";
}

/**
 * SWE-bench's reports: of one instance `{<id>: {resolved}}` or `{resolved}`, of a whole run
 * `{resolved_ids, unresolved_ids, ...}`. `instance`: whose verdict is asked; null: the only one there.
 */
export function reportVerdict(report: unknown, instance: string | null = null): ReadVerdict {
  if (!isRecord(report)) return null;
  if (instance !== null && Array.isArray(report["resolved_ids"])) {
    if (listOf(report["resolved_ids"]).includes(instance)) return "success";
    const others = ["unresolved_ids", "empty_patch_ids", "error_ids"];
    return others.some((key) => listOf(report[key]).includes(instance)) ? "failure" : null;
  }
  if ("resolved" in report) return verdictOf(report["resolved"]);
  const own = instance === null ? undefined : report[instance];
  if (isRecord(own)) return verdictOf(own["resolved"]);
  const [only, ...others] = recordsOf(Object.values(report));
  return instance === null && only !== undefined && others.length === 0 && "resolved" in only
    ? verdictOf(only["resolved"])
    : null;
}

// ---------------------------------------------------------------------------------------------

const SUCCESSES = new Set(["true", "success", "resolved", "pass", "passed"]);
const FAILURES = new Set(["false", "failure", "fail", "failed", "unresolved"]);
const NOTHING = new Set(["", "null", "none", "nan", "unknown", "n/a"]);

function ofNumber(value: number): ReadVerdict {
  if (!Number.isFinite(value)) return "unreadable";
  return value >= 1 ? "success" : "failure";
}

function ofReward(value: unknown): ReadVerdict {
  return typeof value === "number" || typeof value === "string" || typeof value === "boolean"
    ? verdictOf(value)
    : value === null
      ? null
      : "unreadable";
}

function ofScore(value: unknown): ReadVerdict {
  if (value === "C") return "success";
  if (value === "I" || value === "P" || value === "N") return "failure";
  if (isRecord(value)) return null; // Several values: none of them is the one.
  return textOf(value) === undefined && typeof value === "string" ? null : verdictOf(value);
}
