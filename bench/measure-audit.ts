/**
 * `npm run measure:audit`: how often the audit is right, on sets that were in view while its rules were
 * made and on sets that were not, apart; what it finds at 1 and 5 false alarms in 100; names respelled;
 * and its speed. Runs from any folder.
 *
 *   npm run measure:audit             tables
 *   npm run measure:audit -- --show   and what was found, or missed
 *   npm run measure:audit -- --write  writes docs/tables/audit.md and src/core/audit/recall.json
 */
import { wilsonInterval } from "../src/core/actions/interval.ts";
import { writeTable } from "../src/command/made-table.ts";
import { writeWhole } from "../src/io/store.ts";
import { AUDIT_VERSION, auditAnswer } from "../src/core/audit/audit.ts";
import type { Audit } from "../src/records/answer.ts";
import { auditReplies, type Reply } from "./audit-sets.ts";
import { leftOutTable } from "./left-out.ts";
import { respelledShares } from "./respell.ts";

process.chdir(new URL("..", import.meta.url).pathname);

const LIMITS = { suspect_min: 1, leak_min: 2 };
/** The middle of each is a limit that `leak_min = "king"` may set. */
const LEVELS = [0.75, 1, 1.25, 1.5, 1.75, 2] as const;

/** The one set of pairs that was not looked at: what the report's recall is measured on. */
const UNSEEN = /^pairs by author f/;

type Judged = Reply & { readonly audit: Audit };

const judged: Judged[] = [...auditReplies()].map((reply) => ({
  ...reply,
  audit: auditAnswer(reply.input, LIMITS),
}));
if (process.argv.includes("--show")) show();

const printed = [
  "Not in view while rules and weights were made. The pairs by author f are the figures that count: 30 amid runs, by somebody who saw no rule, labelled before any was audited, run when the rules were done, and not read (once more after forms of claims in other languages and limits of time came to them: the same leaks and alarms). By the rules before (`audit-6`) 3 of 30 honest replies would have been called leak, and 20 of 30 leaks found.",
  "",
  ...tables(judged.filter((one) => !one.inView)),
  "In view, the parts that older versions were held out from included: that the rules work here says little of elsewhere.",
  "",
  ...tables(judged.filter((one) => one.inView)),
  ...leftOut(),
  ...curve(),
  ...respelled(),
].join("\n");
console.log(printed);
if (process.argv.includes("--write")) {
  await writeTable("audit", printed);
  await writeWhole("src/core/audit/recall.json", `${JSON.stringify(recall(), null, 2)}\n`);
}
speed();

// ---------------------------------------------------------------------------------------------

function tables(rows: readonly Judged[]): string[] {
  return [...new Set(rows.map((one) => one.set))].sort().flatMap((set) => {
    const own = rows.filter((one) => one.set === set);
    const names = [...new Set(own.map((one) => one.row))].sort();
    return [
      `| ${set} | n | leak | 95 % | suspect | unchecked |`,
      "| --- | --: | --: | --: | --: | --: |",
      ...names.map((name) => {
        const of = own.filter((one) => one.row === name);
        const count = (verdict: string): number =>
          of.filter((one) => one.audit.verdict === verdict).length;
        return `| ${name} | ${of.length} | ${shareCells(count("leak"), of.length)} | ${count("suspect")} | ${count("unchecked")} |`;
      }),
      "",
    ];
  });
}

function shareCells(hits: number, n: number): string {
  const [low, high] = wilsonInterval(hits, n);
  const percent = (share: number): string => (100 * share).toFixed(0);
  return `${hits} (${((100 * hits) / n).toFixed(1)} %) | ${percent(low)} to ${percent(high)}`;
}

function isPair({ set }: Judged): boolean {
  return /^(?:fresh|subtle|wide|own|pairs|labelled)/.test(set);
}

/** The pairs in view, a repository at a time; agents and kings help to fit. */
function leftOut(): string[] {
  const rows = judged.filter(
    (one) =>
      (isPair(one) && !UNSEEN.test(one.set)) ||
      one.row === "honest: king" ||
      (one.row === "honest: turns 0 to 9" && one.inView),
  );
  return leftOutTable(
    rows.map((one) => ({
      repo: String(one.input.pr?.instance_id ?? "").replace(/-[^-]*$/, ""),
      isHonest: one.isHonest,
      isPair: isPair(one),
      difficulty: /leaking: (\w+)/.exec(one.row)?.[1] ?? "",
      audit: one.audit,
    })),
  );
}

/** What is found of the pairs where so many of the honest replies of all pairs and of the kings are called leak. */
function curve(): string[] {
  const pairs = judged.filter((one) => isPair(one) && one.set !== "labelled");
  const honest = judged
    .filter((one) => one.isHonest && (pairs.includes(one) || one.row === "honest: king"))
    .map(scoreOf)
    .sort((a, b) => b - a);
  const rows = [0.01, 0.05].map((rate) => {
    const allowed = Math.floor(rate * honest.length);
    const limit = (honest[allowed] ?? 0) + 0.01;
    const cells = [
      UNSEEN,
      /^pairs by author [de]/,
      /^pairs by author [abc]/,
      /^fresh/,
      /^subtle pairs, held out/,
      /^wide pairs, held out/,
      /^subtle pairs, dev/,
      /^wide pairs, dev/,
      /^own/,
    ].map((set) => {
      const leaky = pairs.filter((one) => !one.isHonest && set.test(one.set));
      return shareCells(leaky.filter((one) => scoreOf(one) >= limit).length, leaky.length);
    });
    return `| ${100 * rate} % of ${honest.length} | ${limit.toFixed(2)} | ${cells.join(" | ")} |`;
  });
  return [
    "| false alarms allowed | limit | author f | 95 % | authors d and e | 95 % | authors a to c | 95 % | fresh | 95 % | subtle, held out | 95 % | wide, held out | 95 % | subtle, development | 95 % | wide, development | 95 % | own pairs | 95 % |",
    "| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: |",
    ...rows,
    "",
  ];
}

function respelled(): string[] {
  const leaks = judged.filter(
    (one) => !one.isHonest && (one.set.startsWith("subtle") || one.set === "labelled"),
  );
  return [
    "| names respelled | n | leak | 95 % |",
    "| --- | --: | --: | --: |",
    ...respelledShares(leaks.map((one) => one.input)).map(
      ([way, found, n]) => `| ${way} | ${n} | ${shareCells(found, n)} |`,
    ),
    "",
  ];
}

/** Of the pairs that were not in view, by limit: what the report divides a leak share by. */
function recall(): unknown {
  const pairs = judged.filter((one) => UNSEEN.test(one.set));
  const over = (isHonest: boolean, limit: number): number =>
    pairs.filter((one) => one.isHonest === isHonest && scoreOf(one) >= limit).length;
  return {
    about:
      "Made by `npm run measure:audit -- --write`: leaks found, and honest replies called leak, by leak_min.",
    set: "pairs by author f",
    version: AUDIT_VERSION,
    leaks: pairs.filter((one) => !one.isHonest).length,
    honest: pairs.filter((one) => one.isHonest).length,
    levels: LEVELS.map((leak_min) => ({
      leak_min,
      found: over(false, leak_min),
      alarms: over(true, leak_min),
    })),
  };
}

function scoreOf({ audit }: Judged): number {
  return audit.score ?? 0;
}

function show(): void {
  for (const { set, row, label, audit, isHonest, inView } of judged) {
    if (!inView || (audit.verdict === "leak") !== isHonest) continue;
    console.log(`\n${set}, ${row}, ${label}: ${audit.verdict} ${audit.score ?? 0}`);
    for (const one of audit.findings.slice(0, 6)) {
      console.log(
        `   ${one.kind} ${one.weight ?? 0} ${JSON.stringify(one.text.slice(0, 100))} | ${JSON.stringify(one.evidence.slice(0, 100))}`,
      );
    }
  }
}

/** 2,000 answers, each with its own copy of history and record, as a stage reads them from disk. */
function speed(): void {
  const cases = judged.filter((one) => one.row === "honest: king").map((one) => one.input);
  const inputs = Array.from({ length: 2000 }, (_, at) => structuredClone(cases[at % cases.length]));
  const began = process.cpuUsage();
  for (const input of inputs) if (input !== undefined) auditAnswer(input, LIMITS);
  const used = process.cpuUsage(began);
  console.log(`\nspeed: 2000 answers in ${((used.user + used.system) / 1e6).toFixed(2)} s of CPU`);
}
