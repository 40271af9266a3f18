/** Verdicts of SWE-bench and Harbor that lie beside runs. */
import { cpSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readLogs } from "../../support/logs.ts";
import { tempProject } from "../../support/project.ts";

const BATCH = "test/fixtures/formats/mini_swe_agent/batch";
const ONE = "acme__widget-1";
const TWO = "acme__widget-2";

async function verdicts(files: Record<string, unknown>) {
  const root = tempProject(files);
  cpSync(BATCH, join(root, "runs"), { recursive: true });
  const { runs } = await readLogs(root, "runs");
  const of = (id: string) => runs.find((run) => run.instance_id === id);
  return {
    verdicts: [of(ONE)?.verdict, of(TWO)?.verdict],
    unreadable: runs.filter((run) => run.drops["verdict_unreadable"] === 1).length,
  };
}

const whole = (resolved: string[], unresolved: string[]) => ({
  total_instances: 2,
  resolved_ids: resolved,
  unresolved_ids: unresolved,
});

test.each<[string, Record<string, unknown>, unknown[], number]>([
  ["none", {}, [undefined, undefined], 0],
  ["a batch's report", { "runs/m.run1.json": whole([ONE], [TWO]) }, ["success", "failure"], 0],
  ["one that knows one of them", { "runs/r.json": whole([ONE], []) }, ["success", undefined], 0],
  [
    "an instance's report",
    { [`runs/${TWO}/report.json`]: { [TWO]: { resolved: true } } },
    [undefined, "success"],
    0,
  ],
  [
    "a report of several instances",
    { "runs/report.json": { [ONE]: { resolved: false }, [TWO]: { resolved: true } } },
    ["failure", "success"],
    0,
  ],
  [
    "the nearer of two",
    {
      "runs/m.run1.json": whole([ONE, TWO], []),
      [`runs/${ONE}/report.json`]: { [ONE]: { resolved: false } },
    },
    ["failure", "success"],
    0,
  ],
  [
    "two that contradict each other",
    { "runs/a.json": whole([ONE], []), "runs/b.json": whole([], [ONE]) },
    [undefined, undefined],
    1,
  ],
  ["one of another folder", { "other/m.json": whole([ONE], [TWO]) }, [undefined, undefined], 0],
])("reports: %s", async (_what, files, expected, unreadable) => {
  expect(await verdicts(files)).toEqual({ verdicts: expected, unreadable });
});

test.each([
  [1, "success"],
  [0, "failure"],
  [null, undefined],
] as const)(
  "the log of any agent in Harbor's trial takes its reward %s",
  async (reward, verdict) => {
    const root = tempProject({ "t/result.json": { verifier_result: { rewards: { reward } } } });
    const session = "1ca54586-7339-4bd0-8d65-48758f09c144.jsonl";
    const to = join(root, "t/agent/sessions", session);
    cpSync(join("test/fixtures/formats/claude_code", session), to);
    const { runs } = await readLogs(root, "t");
    const main = runs.filter(({ kind }) => kind !== "subagent");
    expect(main.length).toBeGreaterThan(0);
    for (const run of main) expect(run.verdict).toBe(verdict);
  },
);

test("a verdict is about the attempt that was handed in, not about the others", async () => {
  const attempt = (answer: string) => ({
    info: { exit_status: "submitted" },
    history: [
      { role: "user", content: "fix" },
      { role: "assistant", content: answer, action: "ls" },
    ],
  });
  const root = tempProject({
    [`out/${ONE}/${ONE}.traj`]: {
      attempts: [attempt("one"), attempt("two")],
      ...attempt("two"),
    },
    [`out/${ONE}/attempt_0/${ONE}.traj`]: attempt("one"),
    [`out/${ONE}/attempt_1/${ONE}.traj`]: attempt("two"),
    "out/r.json": whole([ONE], []),
  });
  const { runs, found } = await readLogs(root, "out");
  expect(found.skipped.get("attempt")).toBe(2);
  expect(runs.map((run) => [run.id, run.instance_id, run.verdict])).toEqual([
    [ONE, ONE, "success"],
    [`${ONE}#attempt-1`, ONE, undefined],
  ]);
});

test("an attempt that was killed before its batch's file took it in is read from its own", async () => {
  const history = [
    { role: "user", content: "fix" },
    { role: "assistant", content: "one", action: "ls" },
  ];
  const attempt = { info: {}, history };
  const root = tempProject({
    [`out/${ONE}/${ONE}.traj`]: { attempts: [attempt] },
    [`out/${ONE}/attempt_0/${ONE}.traj`]: attempt,
    [`out/${ONE}/attempt_1/${ONE}.traj`]: attempt,
  });
  const { runs, found } = await readLogs(root, "out");
  expect(runs.map((run) => run.id)).toEqual([`${ONE}#attempt-1`, ONE]);
  expect(found.skipped.get("attempt")).toBe(1);
});
