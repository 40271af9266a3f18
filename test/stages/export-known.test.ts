/** An export that knows turns of earlier ones gives what one gives that reads them all. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { exportTurns, type ExportOptions } from "../../src/stages/export.ts";
import { scriptedChat } from "../support/chat.ts";
import { OPTIONS, testConfig, testDeps } from "../support/deps.ts";
import { metricsOf, scoreFile } from "../support/judged-turn.ts";
import { snapshot, tempProject } from "../support/project.ts";

type Row = Record<string, unknown>;

const KEY = ["ghp", `${"Ab1".repeat(12)}`].join("_");
const said = (word: string): string => `THOUGHT: I look.\n\n\`\`\`bash\n${word}\n\`\`\``;

const turn = (n: number, over: Row = {}): Row => ({
  instance_id: `acme__repo${n}-1`,
  repo: `acme/repo${n}`,
  turn: 1,
  king: said(`ls ${n}`),
  challenger: said(`cat file${n}`),
  assistant: "reference",
  messages: [
    { role: "user", content: `Task ${n}: repair what is broken in module ${n} of this project` },
    { role: "assistant", content: said(`pwd ${n}`) },
    { role: "user", content: `/srv/project-${n}` },
  ],
  origin: { dataset: `acme/runs-${n % 3}`, revision: null, file: null, row: n },
  score: 90,
  metrics: metricsOf(90),
  reason: "",
  audit: { verdict: "clean", kinds: [] },
  ...over,
});
const votes = (n: number, score: number, first: number, second = first): Row =>
  scoreFile({
    file: `t_${n}.json`,
    instance_id: `acme__repo${n}-1`,
    score,
    votes: [first, second],
  });

/** A turn for every reason, in every bucket it can have. */
function workspace(): string {
  const files: Record<string, unknown> = {};
  const put = (n: number, bucket: string, one: Row, score: Row | null): void => {
    files[`${bucket}/t_${n}.json`] = one;
    if (score !== null) files[`score/t_${n}.json`] = score;
  };
  let n = 0;
  for (const [bucket, score, side] of [
    ["final", 90, 1],
    ["refined", 70, 0.7],
    ["defeat", 20, 0],
  ] as const) {
    const of = (over: Row, given: "agree" | "disagree" | "none" = "agree"): void => {
      n++;
      const verdicts =
        given === "none" ? null : votes(n, score, side, given === "agree" ? side : 0.5);
      put(n, bucket, turn(n, { score, ...over }), verdicts);
    };
    of({});
    of({}, "disagree");
    of({}, "none");
    of({ audit: { verdict: "leak", kinds: ["path"] } });
    of({ challenger: "" });
    of({ challenger: said(`curl -H ${KEY} x`) });
    of({ king: said(`curl -H ${KEY} x`) });
    of({ king: turn(n + 1)["challenger"] });
    of({ king: "" });
  }
  files["review/t_2.json"] = {
    file: "t_2.json",
    verdict: 0,
    bucket: null,
    note: "",
    time: "",
    pair_hash: "p",
  };
  return tempProject(files);
}

const ASKED: readonly Partial<ExportOptions>[] = [
  { format: ["prompt-completion"] },
  { format: ["preference"] },
  { format: ["prompt-completion"], refined: true },
  { format: ["prompt-completion", "preference", "kto"] },
  { format: ["preference"], refined: true },
  { format: ["stepwise"] },
  { format: ["prompt-completion", "preference"], label: ["SUCCESS"] },
];

async function exported(root: string, over: Partial<ExportOptions>) {
  const deps = testDeps(
    root,
    scriptedChat(() => ""),
  );
  const summary = await exportTurns(testConfig(root), deps, { ...OPTIONS, force: true, ...over });
  return { summary, files: withoutTimes(snapshot(join(root, "dataset/export"))) };
}

/** Sets name the day and the commit that made them alike; nothing else changes from run to run. */
const withoutTimes = (files: unknown): unknown =>
  JSON.parse(JSON.stringify(files).replaceAll(/\d{4}-\d\d-\d\d[T ][\d:.]+Z?/g, "TIME"));

test("after any other export, one gives the rows, skips, counts and card that it gives alone", async () => {
  const root = workspace();
  await sleep(80);
  const alone: unknown[] = [];
  for (const over of ASKED) {
    rmSync(join(root, "answer"), { recursive: true, force: true });
    alone.push(await exported(root, over));
  }
  rmSync(join(root, "answer"), { recursive: true, force: true });
  for (const at of [...ASKED.keys(), ...[...ASKED.keys()].reverse()]) {
    const over = ASKED[at] ?? {};
    expect(await exported(root, over), JSON.stringify(over)).toEqual(alone[at]);
  }
});

test("a turn without a row is not read again, and is when its file, verdicts or review change", async () => {
  const root = workspace();
  await sleep(80);
  const want = { format: ["preference"] };
  const before = await exported(root, want);
  const kept = (): number =>
    readFileSync(join(root, "answer/.facts.jsonl"), "utf8").split('\n["glance"').length - 1;
  const first = kept();
  await exported(root, want);
  expect(kept()).toBe(first);
  for (const [path, value] of [
    ["final/t_4.json", turn(4)],
    ["score/t_2.json", votes(2, 90, 1)],
    [
      "review/t_3.json",
      { file: "t_3.json", verdict: 2, bucket: null, note: "", time: "", pair_hash: "p" },
    ],
  ] as const) {
    writeFileSync(join(root, path), JSON.stringify(value));
  }
  rmSync(join(root, "review/t_2.json"));
  const after = await exported(root, want);
  expect(after.summary.kept).toBeGreaterThan(before.summary.kept);
  rmSync(join(root, "answer"), { recursive: true });
  expect(await exported(root, want)).toEqual(after);
});
