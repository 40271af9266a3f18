/** Numbers of issues and commits, changed: in prose and comments alone, and never the record's own. */
import type { Canary } from "../../records/answer.ts";
import { showsNumber } from "../audit/visible.ts";
import { randomIndex } from "../random.ts";
import { alone, type Material } from "./material.ts";

export function otherReferences(material: Material): Canary[] {
  const { record, visible, rng, pr } = material;
  const own = [pr.instance_id, JSON.stringify(pr["pull_number"] ?? ""), pr.base_commit].join(" ");
  const [timesAlone, timesReferred] = [alone(record), referredIn(record)];
  const found = new Map<string, Canary>();
  const commits = new Set<string>();
  for (const [, number = "", commit = ""] of withoutHeads(textsOf(pr)).matchAll(REFERENCE)) {
    const reference = number === "" ? commit : number;
    if (found.has(reference) || found.size >= MAX_REFERENCES || own.includes(reference)) continue;
    if (number !== "" ? showsNumber(visible, number) : visible.lower.includes(commit)) continue;
    // Elsewhere the same digits may be a value, a path or a line.
    if (number !== "" && timesAlone(number) !== timesReferred(number)) continue;
    if (commit !== "") {
      if (commits.has(commit) || commits.size >= MAX_COMMITS) continue;
      commits.add(commit);
      if (!isCommit(commit, record)) continue;
    }
    const shown = otherDigits(reference, rng);
    const isTaken = record.includes(shown) || visible.lower.includes(shown);
    if (!isTaken && !YEAR.test(shown))
      found.set(reference, { kind: "reference", true: reference, shown });
  }
  return [...found.values()];
}

// ---------------------------------------------------------------------------------------------

const MARK = "(?:#|\\bgh-|\\b(?:issues?|tickets?|bug)(?:[ :`/#-]{1,3}))";
const REFERENCE = new RegExp(
  `${MARK}(\\d{3,6})(?!\\w|\\.\\d)|(?<![\\w/.-])([0-9a-f]{8,40})(?![\\w/-]|\\.\\w)`,
  "gi",
);
const MAX_REFERENCES = 20;
/** Hashes that are looked at, so that the time stays linear in the record: a lock file has thousands. */
const MAX_COMMITS = 200;
const YEAR = /^(?:19|20)\d\d$/;

const TEXTS = [
  "title",
  "pr_description",
  "problem_statement",
  "hints_text",
  "interface",
  "patch",
  "test_patch",
] as const;

const textsOf = (pr: Material["pr"]): string =>
  TEXTS.map((key) => pr[key])
    .filter((text) => typeof text === "string")
    .join("\n");

/** Blob names in a diff's heads are nothing that anybody refers to. */
const withoutHeads = (text: string): string => text.replace(/^index .*$/gm, "");

/** How often each number is referred to. */
function referredIn(record: string): (number: string) => number {
  const times = new Map<string, number>();
  for (const [, number = ""] of record.matchAll(REFERRED)) {
    times.set(number, (times.get(number) ?? 0) + 1);
  }
  return (number) => times.get(number) ?? 0;
}

const REFERRED = new RegExp(`${MARK}(\\d+)(?!\\w)`, "gi");

/** True where a text of hex digits is nowhere in quotes or beside signs of code: there it is a value. */
function isCommit(text: string, record: string): boolean {
  if (!/\d/.test(text) || !/[a-f]/.test(text)) return false;
  const asValue = new RegExp(`["'=:,(\\[{]\\s{0,2}${text}|${text}\\s{0,2}["':=,\\]}]`);
  return !asValue.test(record);
}

/** True where an answer speaks of the number at `at` as of an issue, or it is too long to be met with by chance. */
export function isReferred(text: string, at: number, reference: string): boolean {
  if (reference.length >= SURE_DIGITS) return true;
  return SPOKEN.test(text.slice(Math.max(0, at - MAX_MARK), at));
}

const SURE_DIGITS = 6;
const MAX_MARK = 24;
const SPOKEN =
  /(?:#|\bgh[-_]?|\b(?:issues?|tickets?|bugs?|pull|requests?|pr|prs|mr|fix(?:es|ed)?|closes?|closed|see|refs?)\b[^\w\n]{0,4}(?:no\.?|number|requests?)?[^\w\n]{0,4})$/i;

/** All but the first two signs change, each to another of its sort. */
function otherDigits(text: string, rng: Material["rng"]): string {
  return Array.from(text)
    .map((sign, at) => {
      if (at < 2) return sign;
      const sort = /\d/.test(sign) ? "0123456789" : "abcdef";
      return sort[(sort.indexOf(sign) + 1 + randomIndex(rng, sort.length - 1)) % sort.length] ?? "";
    })
    .join("");
}
