/**
 * What other runs of the same instance excuse: turns of real runs, which are blind, audited with and without
 * the other runs of their instance as `[audit] rollouts`. Every run in turn is left out and held against the rest.
 *
 *   node kingmaker.cjs bench/blind-runs
 */
import { wilsonInterval } from "../src/core/actions/interval.ts";
import { auditAnswer } from "../src/core/audit/audit.ts";
import { rolloutsOf } from "../src/core/audit/rollouts.ts";
import type { Message } from "../src/records/message.ts";
import type { PullRequest } from "../src/records/pull-request.ts";
import { lines } from "./audit-sets.ts";

process.chdir(new URL("..", import.meta.url).pathname);

const LIMITS = { suspect_min: 1, leak_min: 2 };
const runs = new Map<string, (readonly Message[])[]>();
for (const row of lines("test/fixtures/real/trajectories.jsonl")) {
  const id = String(row["instance_id"]);
  runs.set(id, [...(runs.get(id) ?? []), row["messages"] as unknown as readonly Message[]]);
}
const records = [...lines("test/fixtures/real/prs.jsonl"), ...lines("sample/prs.jsonl")];
const count = {
  instances: 0,
  runs: 0,
  turns: 0,
  without: 0,
  with: 0,
  findings: 0,
  excused: 0,
  acts: 0,
};
for (const [id, own] of runs) {
  const pr = records.find((one) => one["instance_id"] === id) as unknown as PullRequest | undefined;
  if (pr === undefined || own.length < 2) continue;
  count.instances++;
  for (const messages of own) {
    count.runs++;
    const rollouts = rolloutsOf(
      id,
      own.filter((one) => one !== messages),
      pr,
    );
    let turn = 0;
    for (const [at, { role, content }] of messages.entries()) {
      if (role !== "assistant") continue;
      const input = { answer: content, messages: messages.slice(0, at), pr };
      const [bare, held] = [input, { ...input, blind: { rollouts, turn } }].map((one) =>
        auditAnswer(one, LIMITS),
      );
      turn++;
      count.turns++;
      if (bare?.verdict === "leak") count.without++;
      if (held?.verdict === "leak") count.with++;
      count.findings += bare?.findings.length ?? 0;
      count.excused += Math.max(0, (bare?.findings.length ?? 0) - (held?.findings.length ?? 0));
      count.acts += held?.findings.filter(({ kind }) => kind === "act").length ?? 0;
    }
  }
}
const share = (hits: number): string => {
  const [low, high] = wilsonInterval(hits, count.turns);
  return `${hits} of ${count.turns} (${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)} %)`;
};
console.log(`${count.instances} instances with more than one run, ${count.runs} runs`);
console.log(
  `called leak: ${share(count.without)} without other runs, ${share(count.with)} with them`,
);
console.log(
  `findings: ${count.findings}, of which other runs excuse ${count.excused}; acts ahead of others: ${count.acts}`,
);
