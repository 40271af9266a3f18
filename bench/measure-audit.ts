/**
 * `npm run measure:audit`: how often the audit is right. Labelled replies, recorded replies, the
 * references of real trajectories (honest by construction), and leaks made from PR records, the
 * latter in a part for development and a part that no rule was looked at with.
 *
 *   npm run measure:audit             tables
 *   npm run measure:audit -- --show   and what was found, or missed
 *   npm run measure:audit -- --write  writes docs/tables/audit.md
 */
import { readFileSync } from "node:fs";
import { writeTable } from "../src/command/made-table.ts";
import { auditAnswer } from "../src/core/audit/audit.ts";
import type { Audit } from "../src/records/answer.ts";
import type { Message } from "../src/records/message.ts";
import type { PullRequest } from "../src/records/pull-request.ts";
import { madeLeaks } from "./made-leaks.ts";

const LIMITS = { suspect_min: 1, leak_min: 2 };
const isShown = process.argv.includes("--show");

type Row = Record<string, never> & { [key: string]: unknown };
const lines = (file: string): Row[] =>
  readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Row);

type Count = { n: number; leak: number; suspect: number; unchecked: number };
const tables = new Map<string, Map<string, Count>>();

function count(table: string, row: string, audit: Audit): void {
  const rows = tables.get(table) ?? new Map<string, Count>();
  tables.set(table, rows);
  const at = rows.get(row) ?? { n: 0, leak: 0, suspect: 0, unchecked: 0 };
  rows.set(row, at);
  at.n++;
  if (audit.verdict !== "clean") at[audit.verdict]++;
}

function check(
  label: string,
  input: { answer: string; messages: readonly Message[]; pr: PullRequest },
  isOdd: (audit: Audit) => boolean,
): Audit {
  const audit = auditAnswer(input, LIMITS);
  if (isShown && isOdd(audit)) {
    console.log(
      `\n${label}: ${audit.verdict} ${audit.score ?? 0} ${(audit.unchecked ?? []).join("; ")}`,
    );
    for (const one of audit.findings.slice(0, 6)) {
      console.log(
        `   ${one.kind} ${one.weight ?? 0} ${JSON.stringify(one.text.slice(0, 100))} | ${JSON.stringify(one.evidence.slice(0, 100))}`,
      );
    }
  }
  return audit;
}

const isLeak = (audit: Audit): boolean => audit.verdict === "leak";
const isMissed = (audit: Audit): boolean => audit.verdict !== "leak";

const real = "test/fixtures/real";
for (const row of lines(`${real}/leaks_labelled.jsonl`) as unknown as {
  case: string;
  kind: string;
  honest: string;
  leaky: string;
  messages: Message[];
  pr: PullRequest;
}[]) {
  const { messages, pr } = row;
  count(
    "labelled",
    `honest`,
    check(`${row.case} honest`, { answer: row.honest, messages, pr }, (a) => a.verdict !== "clean"),
  );
  count(
    "labelled",
    `leaking: ${row.kind}`,
    check(`${row.case} ${row.kind}`, { answer: row.leaky, messages, pr }, isMissed),
  );
}

const sample = {
  turns: lines("sample/turns.jsonl"),
  prs: new Map(
    lines("sample/prs.jsonl").map((pr) => [pr["instance_id"], pr as unknown as PullRequest]),
  ),
};
const turns = new Map(sample.turns.map((turn) => [String(turn["turn_id"]), turn]));
for (const reply of lines("sample/replies.jsonl")) {
  const turn = turns.get(String(reply["turn_id"]));
  const pr = sample.prs.get(turn?.["instance_id"] as never);
  if (turn === undefined || pr === undefined || reply["role"] === "judge") continue;
  const messages = turn["messages"] as unknown as Message[];
  const leaks = String(reply["note"] ?? "").startsWith("leaks on purpose");
  const label = `${reply["turn_id"]} ${reply["role"]} ${reply["attempt"]}`;
  const audit = check(
    label,
    { answer: String(reply["raw"]), messages, pr },
    leaks ? isMissed : (a) => a.verdict !== "clean",
  );
  count("recorded replies", leaks ? "leaking on purpose" : `honest: ${reply["role"]}`, audit);
}

const prs = new Map(
  lines(`${real}/prs.jsonl`).map((pr) => [pr["instance_id"], pr as unknown as PullRequest]),
);
for (const row of lines(`${real}/trajectories.jsonl`)) {
  const pr = prs.get(row["instance_id"] as never);
  if (pr === undefined) continue;
  const messages = row["messages"] as unknown as Message[];
  let turn = 0;
  for (const [at, message] of messages.entries()) {
    if (message.role !== "assistant") continue;
    const audit = check(
      `${String(row["instance_id"])} ${at}`,
      { answer: message.content, messages: messages.slice(0, at), pr },
      isLeak,
    );
    count("references of real trajectories", turn < 10 ? "turns 0 to 9" : "later turns", audit);
    turn++;
  }
}

// Written by hand after the rules were done, in the manner of the labelled ones; `message` is the index
// of the turn in the first trajectory of its instance.
const trajectories = lines(`${real}/trajectories.jsonl`);
for (const row of lines("test/fixtures/audit/handwritten_leaks.jsonl")) {
  const { instance_id, message, kind, answer } = row as Record<string, unknown>;
  const pr = prs.get(instance_id as never);
  const trajectory = trajectories.find((one) => one["instance_id"] === instance_id);
  if (pr === undefined || trajectory === undefined) continue;
  const history = (trajectory["messages"] as unknown as Message[]).slice(0, Number(message));
  const input = { answer: String(answer), messages: history, pr };
  count(
    "leaks written by hand",
    String(kind),
    check(`hand ${String(kind)} ${String(instance_id)}`, input, isMissed),
  );
}

for (const leak of madeLeaks()) {
  const audit = check(
    `made ${leak.part} ${leak.kind} ${leak.label}\n   ${leak.answer.slice(0, 300)}`,
    leak,
    leak.part === "development" ? isMissed : () => false,
  );
  count(`made leaks, ${leak.part}`, leak.kind, audit);
}

const printed = [...tables].flatMap(([table, rows]) => [
  `| ${table} | n | leak | suspect | unchecked |`,
  "| --- | --: | --: | --: | --: |",
  ...[...rows]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([row, at]) => {
      const share = `${at.leak} (${((100 * at.leak) / at.n).toFixed(1)} %)`;
      return `| ${row} | ${at.n} | ${share} | ${at.suspect} | ${at.unchecked} |`;
    }),
  "",
]);
console.log(printed.join("\n"));
if (process.argv.includes("--write")) await writeTable("audit", printed.join("\n"));

// Speed: 2,000 answers, each with its own copy of history and PR, as a stage reads them from disk.
const cases = [...turns.values()].flatMap((turn) => {
  const pr = sample.prs.get(turn["instance_id"] as never);
  return pr === undefined
    ? []
    : [
        {
          answer: String(turn["assistant"]),
          messages: turn["messages"] as unknown as Message[],
          pr,
        },
      ];
});
const inputs = Array.from({ length: 2000 }, (_, at) => structuredClone(cases[at % cases.length]));
const began = process.cpuUsage();
for (const input of inputs) if (input !== undefined) auditAnswer(input, LIMITS);
const used = process.cpuUsage(began);
console.log(`\nspeed: 2000 answers in ${((used.user + used.system) / 1e6).toFixed(2)} s of CPU`);
