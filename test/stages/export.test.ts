/** stage:export: what is learned from judged turns, what is not, and that nothing of the PR gets out. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { UserError } from "../../src/errors.ts";
import { openStore } from "../../src/io/store.ts";
import { exportTurns, type ExportOptions } from "../../src/stages/export.ts";
import type { Bucket } from "../../src/records/exported.ts";
import { readJsonl } from "../support/dataset.ts";
import { scriptedChat } from "../support/chat.ts";
import { OPTIONS, testConfig, testDeps } from "../support/deps.ts";
import { metricsOf, scoreFile } from "../support/judged-turn.ts";
import { snapshot, tempProject } from "../support/project.ts";
import { runScriptFile } from "../support/scripts.ts";

type Row = Record<string, unknown>;

const turn = (n: number, over: Row = {}): Row => ({
  instance_id: `acme__repo${n}-1`,
  repo: `acme/repo${n}`,
  turn: n,
  king: `THOUGHT: king ${n}\n\n\`\`\`bash\nls ${n}\n\`\`\``,
  challenger: `THOUGHT: challenger ${n}\n\n\`\`\`bash\ncat file${n}\n\`\`\``,
  assistant: `reference ${n}`,
  messages: [
    { role: "system", content: "You are an agent." },
    {
      role: "user",
      content: `Task number ${n}: repair what is broken in module ${n} of this project now`,
    },
  ],
  score: 90,
  metrics: metricsOf(90),
  reason: "score 90 >= 80",
  audit: { verdict: "clean", kinds: [] },
  ...over,
});

/** A score file whose judges say `first` with the king first and `second` the other way round. */
const score = (n: number, value: number, first: number, second = first, over: Row = {}): Row =>
  scoreFile({
    file: `t_${n}.json`,
    instance_id: `acme__repo${n}-1`,
    score: value,
    votes: [first, second],
    reason: "SECRETREASON",
    over,
  });

type Given = { bucket: Bucket; turn: Row; score?: Row; review?: Row };

const review = (over: Row): Row => ({
  file: "t_1.json",
  verdict: null,
  bucket: null,
  note: "",
  time: "",
  pair_hash: "p",
  ...over,
});

/** Without kto, which would be one-sided. */
const PAIRS = { format: ["prompt-completion", "preference"] };

async function run(given: readonly Given[], over: Partial<ExportOptions> = {}) {
  const files: Record<string, unknown> = {};
  for (const [at, one] of given.entries()) {
    const name = `t_${at + 1}.json`;
    files[`${one.bucket}/${name}`] = one.turn;
    if (one.score !== undefined) files[`score/${name}`] = one.score;
    if (one.review !== undefined) files[`review/${name}`] = one.review;
  }
  const root = tempProject(files);
  const options: ExportOptions = {
    ...OPTIONS,
    format: ["prompt-completion", "preference", "kto"],
    ...over,
  };
  const summary = await exportTurns(
    testConfig(root),
    testDeps(
      root,
      scriptedChat(() => ""),
    ),
    options,
  );
  const folder = join(root, "dataset/export");
  const all = (dir = ""): Row[] =>
    ["train", "val"].flatMap((split) => readJsonl(folder, dir, `${split}.jsonl`));
  const stats = JSON.parse(readFileSync(join(folder, "dataset_stats.json"), "utf8")) as Row;
  return { root, folder, summary, all, stats };
}

const said = (row: Row | undefined, column: string): unknown =>
  (row?.[column] as Row[] | undefined)?.[0]?.["content"];
const good = (n: number, over: Row = {}): Given => ({
  bucket: "final",
  turn: turn(n, over),
  score: score(n, 90, 1, 0.8),
});

describe("what is learned", () => {
  test("a final turn gives its challenger to learn, and the pair that score and both orders agree on", async () => {
    const { all, summary } = await run([good(1)]);
    expect(summary).toMatchObject({ read: 1, kept: 1, dropped: {} });
    expect(said(all()[0], "completion")).toBe(turn(1)["challenger"]);
    expect(all()[0]?.["prompt"]).toEqual(turn(1)["messages"]);
    const [pair] = all("preference");
    expect([said(pair, "chosen"), said(pair, "rejected")]).toEqual([
      turn(1)["challenger"],
      turn(1)["king"],
    ]);
    expect(pair?.["metadata"]).toMatchObject({
      instance_id: "acme__repo1-1",
      bucket: "final",
      score: 90,
      margin: 80,
      judges: 2,
      judges_agreeing: 1,
      against: "king",
      audit: "clean",
      decided_by: "panel",
    });
    expect(pair?.["metadata"]).toMatchObject({
      run: "",
      origin: "",
      origin_license: "unknown",
      models: "",
      config_hash: expect.stringMatching(/^[0-9a-f]+$/),
      made_with: expect.stringMatching(/^kingmaker \d/),
    });
    expect(all("kto").map((row) => [said(row, "completion"), row["label"]])).toEqual([
      [turn(1)["challenger"], true],
      [turn(1)["king"], false],
    ]);
  });

  test("a defeat gives the pair the other way round, and nothing to learn", async () => {
    const lost = {
      bucket: "defeat" as const,
      turn: turn(1, { score: 20, reason: "score 20 < 66" }),
      score: score(1, 20, 0, 0.4),
    };
    const { all } = await run([lost, good(2)]);
    expect(all().map((row) => said(row, "completion"))).toEqual([turn(2)["challenger"]]);
    const pair = all("preference").find((row) => (row["metadata"] as Row)["bucket"] === "defeat");
    expect([said(pair, "chosen"), said(pair, "rejected")]).toEqual([
      turn(1)["king"],
      turn(1)["challenger"],
    ]);
    expect(pair?.["metadata"]).toMatchObject({ margin: -60 });
  });

  test("in a duel against the reference the reference is the other answer", async () => {
    const { all } = await run([
      { bucket: "final", turn: turn(1, { king: "" }), score: score(1, 90, 1, 1, { mode: 1 }) },
    ]);
    expect(said(all("preference")[0], "rejected")).toBe("reference 1");
    expect(all("preference")[0]?.["metadata"]).toMatchObject({ against: "reference" });
  });

  test("refined turns are learned from on request alone", async () => {
    const refined = {
      bucket: "refined" as const,
      turn: turn(1, { score: 70 }),
      score: score(1, 70, 0.7),
    };
    const without = await run([refined, good(2)]);
    expect(without.summary.dropped).toEqual({ not_asked_for: 1 });
    expect((await run([refined, good(2)], { refined: true })).summary.kept).toBe(2);
  });

  test.each([
    ["a score over 50 with one order under it", "final", 60, 1, 0.2, "orders_disagree"],
    ["an order that draws", "final", 75, 1, 0.5, "orders_disagree"],
    ["a defeat by a score over 50", "defeat", 60, 0.6, 0.6, "orders_disagree"],
  ] as const)("%s makes no pair", async (_title, bucket, value, first, second, reason) => {
    const { all, stats, summary } = await run([
      { bucket, turn: turn(1, { score: value }), score: score(1, value, first, second) },
      good(2),
    ]);
    expect(all("preference")).toHaveLength(1);
    const counted = bucket === "final" ? stats["turns_without_a_pair"] : summary.dropped;
    expect(counted).toEqual({ [reason]: 1 });
  });

  test.each([
    ["its score file gone", undefined],
    [
      "no judge asked",
      score(1, 0, 0, 0, { judges: [], disqualified: { reason: "repetition", detail: "" } }),
    ],
    [
      "one order alone",
      score(1, 90, 1, 1, {
        judges: (score(1, 90, 1)["judges"] as Row[]).filter((j) => j["order"] === "king_first"),
      }),
    ],
  ])("a turn with %s makes no pair", async (_title, given) => {
    const { stats } = await run(
      [{ bucket: "final", turn: turn(1), ...(given === undefined ? {} : { score: given }) }],
      PAIRS,
    );
    expect(stats["turns_without_a_pair"]).toEqual({ not_judged: 1 });
  });

  test.each([
    ["the same answer twice", { king: turn(1)["challenger"] }],
    ["no king", { king: " " }],
  ])("%s makes no pair", async (_title, over) => {
    const { stats } = await run([good(1, over)], PAIRS);
    expect(stats["turns_without_a_pair"]).toEqual({ no_second_answer: 1 });
  });
});

describe("a person overrules the panel", () => {
  const lost = { bucket: "defeat" as const, turn: turn(1, { score: 20 }), score: score(1, 20, 0) };

  test("for the challenger: it is learned, and chosen", async () => {
    const { all } = await run([{ ...lost, review: review({ verdict: 2 }) }]);
    expect(said(all()[0], "completion")).toBe(turn(1)["challenger"]);
    expect(said(all("preference")[0], "chosen")).toBe(turn(1)["challenger"]);
    expect(all()[0]?.["metadata"]).toMatchObject({ decided_by: "person", bucket: "final" });
  });

  test("for the king: a final turn is not learned, and the king is chosen", async () => {
    const { all } = await run([{ ...good(1), review: review({ verdict: 1 }) }], PAIRS);
    expect(all()).toEqual([]);
    expect(said(all("preference")[0], "chosen")).toBe(turn(1)["king"]);
  });

  test("a draw makes no pair, and a bucket counts as given", async () => {
    const { stats, all } = await run(
      [{ ...good(1), review: review({ verdict: 0, bucket: "final" }) }],
      PAIRS,
    );
    expect(stats["turns_without_a_pair"]).toEqual({ person_draw: 1 });
    expect(all()).toHaveLength(1);
  });

  test("a review of another pair of answers counts for nothing", async () => {
    const { all } = await run([{ ...good(1), review: review({ verdict: 1, pair_hash: "old" }) }]);
    expect(said(all("preference")[0], "chosen")).toBe(turn(1)["challenger"]);
  });
});

describe("what stays inside", () => {
  const key = `hf_${"aB3dE5gH7j".repeat(4)}`;

  test.each([
    ["leak", { audit: { verdict: "leak", kinds: ["path"] } }],
    ["leak", { reason: "leak: names a hidden file" }],
    ["secret", { challenger: `THOUGHT: x\n\n\`\`\`bash\ncurl -H ${key}\n\`\`\`` }],
    ["secret", { challenger: "THOUGHT: x MASKED_GITHUB_TOKEN" }],
    ["malformed", { challenger: "" }],
    [
      "malformed",
      {
        challenger_run: {
          model: "m",
          provider: "p",
          prompt_version: "1",
          config_hash: "x",
          usage: { prompt_tokens: 0, cached_tokens: 0, completion_tokens: 0, reasoning_tokens: 0 },
          cost_usd: null,
          attempts: 3,
          finish_reason: null,
          time: "",
          malformed: { reason: "no_block", detail: "" },
        },
      },
    ],
  ])("out with %s: %j", async (reason, over) => {
    const { summary, folder } = await run([good(1, over), good(2)]);
    expect(summary).toMatchObject({ read: 2, kept: 1, dropped: { [reason]: 1 } });
    expect(readJsonl(folder, "skipped.jsonl")[0]).toMatchObject({
      instance_id: "acme__repo1-1",
      reason,
    });
  });

  test("a king with a secret makes no pair, though the challenger is learned", async () => {
    const { all, stats } = await run([good(1, { king: `x ${key}` })], PAIRS);
    expect(all()).toHaveLength(1);
    expect(stats["turns_without_a_pair"]).toEqual({ secret: 1 });
  });

  test("secrets of the history are masked, in tool calls as well, and counted", async () => {
    const messages = [
      {
        role: "user",
        content: `export HF_TOKEN=${key} and do the whole task for me please today now`,
      },
      {
        role: "assistant",
        content: "",
        tool_calls: [{ function: { arguments: `{"t": "${key}"}` } }],
      },
      { role: "user", content: "go on" },
    ];
    const { folder, stats } = await run([good(1, { messages }), good(2)]);
    const text = Object.values(snapshot(folder)).join("\n");
    expect(text).not.toContain(key);
    expect(text).toContain("MASKED_HF_TOKEN");
    expect(stats["masked_secrets"]).toEqual({ hf_token: 1 });
  });

  test("numpy's MASKED_ARRAY is no secret", async () => {
    const { summary } = await run([
      good(1, { challenger: "THOUGHT: MASKED_ARRAY\n\n```bash\nls\n```" }),
    ]);
    expect(summary.kept).toBe(1);
  });

  test("no word of tries, evidence, judges' reasons or unknown fields gets out", async () => {
    const hidden = {
      challenger_tries: [{ raw: "HIDDENPR" }],
      evidence: "HIDDENPR",
      note: "HIDDENPR",
      king_audit: { findings: [{ evidence: "HIDDENPR" }] },
    };
    const messages = [
      { role: "user", content: `the task ${"word ".repeat(30)}`, hidden: "HIDDENPR" },
    ];
    const { folder } = await run([good(1, { ...hidden, messages })], {
      format: ["openai", "chatml", "alpaca", "sharegpt", "preference", "kto"],
    });
    const text = Object.values(snapshot(folder)).join("\n");
    expect(text).not.toContain("HIDDENPR");
    expect(text).not.toContain("SECRETREASON");
  });

  test("turns of public benchmarks are warned about loudly", async () => {
    const { summary } = await run([
      good(1, { instance_id: "django__django-11099", repo: "django/django" }),
    ]);
    expect(summary.notes.join("\n")).toContain(
      "WARNING: 1 of the turns is from test problems of SWE-bench",
    );
  });
});

const PENDING = { ...score(1, 0, 0), score: null, parsed: false, pending: 2 };
const LEAK = { reason: "leak", detail: "" };

describe("bad input", () => {
  test.each([
    ["no scores", {}, "validate"],
    ["the duel's record alone", { "score/_duel.json": {} }, "validate"],
    ["a pending score", { "score/t_1.json": { ...PENDING } }, "validate"],
    ["a score", { "score/t_1.json": score(1, 90, 1) }, "report"],
    ["a lost turn", { "score/t_1.json": { ...PENDING, disqualified: LEAK } }, "report"],
  ])(
    "without sorted turns and with %s the error says which stage to run",
    async (_is, files, to) => {
      const root = tempProject(files);
      const made = exportTurns(
        testConfig(root),
        testDeps(
          root,
          scriptedChat(() => ""),
        ),
        OPTIONS,
      );
      await expect(made).rejects.toMatchObject({
        message: "export: there are no judged turns in final/, refined/ and defeat/",
        hint:
          to === "report"
            ? "run npm run stage:report first: it sorts the judged turns into these folders"
            : "no turn has a score yet: run npm run stage:validate, then stage:report, which sorts the judged turns into these folders",
      });
    },
  );

  test("everything left out is an error with a table of reasons", async () => {
    await expect(run([good(1, { audit: { verdict: "leak", kinds: [] } })])).rejects.toThrow(
      "export: every row was filtered out, so there is no set to write\n  1  leak",
    );
  });

  test("with refined turns alone the refusal says how far the best came, and the two ways on", async () => {
    const refined = {
      bucket: "refined" as const,
      turn: turn(1, { score: 71, reason: "score 71" }),
      score: score(1, 71, 0.5, 0.6),
    };
    await expect(run([refined])).rejects.toThrow(
      /final\/ is empty: the best turn's score is 71, under \[bucket\]\.final_min 80.*--refined/s,
    );
  });

  test("where all turns are in defeat/ the refusal names that, and not a limit", async () => {
    const lost = {
      bucket: "defeat" as const,
      turn: turn(1, { score: 10 }),
      score: score(1, 10, 0, 0.1),
    };
    await expect(run([lost], { format: ["prompt-completion"] })).rejects.toMatchObject({
      message: expect.stringContaining("  1  not_asked_for"),
      hint: "all turns (1) are in defeat/, where the challenger lost: --format preference makes pairs of them, and SFT formats need turns that the challenger won",
    });
  });

  test("a format that is empty beside others says why, and which have no files", async () => {
    const lost = {
      bucket: "defeat" as const,
      turn: turn(1, { score: 10 }),
      score: score(1, 10, 0, 0.1),
    };
    const format = ["openai", "preference", "alpaca", "sharegpt"];
    const { summary, root } = await run([lost], { format, refined: true });
    expect(summary.notes).toContain(
      "no files were written for openai, alpaca, sharegpt: all turns (1) are in defeat/, where the challenger lost: --format preference makes pairs of them, and SFT formats need turns that the challenger won",
    );
    expect(readdirSync(join(root, "dataset/export"))).not.toContain("train.jsonl");
  });

  test("pairs that are missing beside answers to learn say why", async () => {
    const unsure = { ...good(1), score: score(1, 90, 1, 0) };
    const { summary } = await run([unsure], { format: ["openai", "preference"] });
    expect(summary.notes).toContain(
      "no files were written for preference: draw more turns, or other judges ([judge].models)",
    );
  });

  test("a turn that was edited into the wrong shape is told by its name", async () => {
    await expect(run([good(1, { challenger: 7 })])).rejects.toThrow(
      "final/t_1.json has the wrong shape: .challenger",
    );
  });
});

test("the script exports by group: no instance is on both sides", async () => {
  const files = Object.fromEntries(
    Array.from({ length: 12 }, (_, i) => [
      [`final/t_${i}.json`, turn(i, { instance_id: `acme__r-${i % 4}`, repo: "acme/r" })],
      [`score/t_${i}.json`, score(i, 90, 1)],
    ]).flat() as [string, unknown][],
  );
  const root = tempProject(files);
  const ran = await runScriptFile("export", [
    "--root",
    root,
    "--format",
    "chatml",
    "--group-by",
    "instance",
    "--val-fraction",
    "0.25",
  ]);
  expect(ran.stderr).toBe("");
  expect(ran.code).toBe(0);
  expect(ran.stdout).toContain("export: 12 read, 12 kept, 0 dropped");
  const ids = (split: string): string[] =>
    readJsonl(root, "dataset/export", `${split}.jsonl`).map((row) =>
      String((row["metadata"] as Row)["instance_id"]),
    );
  expect(ids("val")).toHaveLength(3);
  for (const id of ids("val")) expect(ids("train")).not.toContain(id);
});

describe("--label takes turns by what their duel says", () => {
  const given: Given[] = [
    good(1),
    good(2),
    { bucket: "final", turn: turn(3), score: score(3, 90, 1, 0) },
    { bucket: "defeat", turn: turn(4, { score: 20 }), score: score(4, 20, 0.2) },
  ];

  test.each([
    [["SUCCESS"], { label_unknown: 1, label_failure: 1 }, [1, 2]],
    [["unknown", "SUCCESS"], { label_failure: 1 }, [1, 2, 3]],
    [["SUCCESS,FAILURE,UNKNOWN"], {}, [1, 2, 3, 4]],
  ])("%j leaves out %j", async (label, dropped, turns) => {
    const { summary, all, folder } = await run(given, { ...PAIRS, label });
    expect(summary).toMatchObject({ read: 4, kept: turns.length, dropped });
    const ids = [...all(), ...all("preference")].map(
      ({ metadata }) => (metadata as Row)["instance_id"],
    );
    expect([...new Set(ids.map(String))].toSorted()).toEqual(turns.map((n) => `acme__repo${n}-1`));
    const skipped = Object.keys(dropped).length === 0 ? [] : readJsonl(folder, "skipped.jsonl");
    expect(skipped.map(({ reason }) => String(reason)).toSorted()).toEqual(
      turns.length === 2 ? ["label_failure", "label_unknown"] : Object.keys(dropped),
    );
  });

  test("FAILURE alone has the pairs that the opponent won", async () => {
    const { all } = await run(given, { format: ["preference"], label: ["FAILURE"] });
    expect(all().map((row) => said(row, "chosen"))).toEqual([turn(4)["king"]]);
  });

  test("another word is refused", async () => {
    await expect(run(given, { label: ["WON"] })).rejects.toThrow(
      'export: --label is "WON"; expected SUCCESS, FAILURE, UNKNOWN',
    );
  });

  test("a set made with other labels is another set", async () => {
    const { root } = await run(given, PAIRS);
    const again = exportTurns(
      testConfig(root),
      testDeps(
        root,
        scriptedChat(() => ""),
      ),
      { ...OPTIONS, ...PAIRS, label: ["SUCCESS"] },
    );
    await expect(again).rejects.toThrow(/is not empty|--force/);
  });
});

test("rows say which run, source and models they are of, and the card whose terms to check", async () => {
  const by = (model: string): Row => ({
    model,
    provider: "p",
    prompt_version: "1",
    config_hash: "x",
    usage: { prompt_tokens: 0, cached_tokens: 0, completion_tokens: 0, reasoning_tokens: 0 },
    cost_usd: null,
    attempts: 1,
    finish_reason: "stop",
    time: "",
  });
  const over = {
    run: "run-7",
    origin: { dataset: "nebius/SWE-rebench-V2-PRs", revision: "abc", file: "a.parquet", row: 3 },
    challenger_run: by("open/answerer"),
    king_run: by("claude-x"),
  };
  const { all, folder } = await run([good(1, over), good(2, over)]);
  const of = (dir: string, n = 0): unknown => all(dir)[n]?.["metadata"];
  expect(of("")).toMatchObject({
    run: "run-7",
    origin: "nebius/SWE-rebench-V2-PRs",
    origin_license: "cc-by-4.0",
    models: "open/answerer",
  });
  expect(of("preference")).toMatchObject({ models: "open/answerer, claude-x" });
  const bad = all("kto").find((row) => row["label"] === false);
  expect(bad?.["metadata"]).toMatchObject({ models: "claude-x" });
  const card = readFileSync(join(folder, "README.md"), "utf8");
  expect(card).toContain("## Who wrote the answers");
  expect(card).toMatch(/\| claude-x \| \d+ \| Anthropic's terms \(competing models\) \|/);
  expect(card).toContain("- nebius/SWE-rebench-V2-PRs (cc-by-4.0)");
});

test("a turn whose answer was broken since is named, counted and not exported, until it is mended", async () => {
  const files: Record<string, unknown> = {};
  for (const n of [1, 2, 3]) {
    files[`final/t_${n}.json`] = turn(n);
    files[`answer/t_${n}.json`] = { ...turn(n), audit: undefined };
  }
  const root = tempProject(files);
  const deps = { store: openStore(root) };
  const made = (over: Partial<ExportOptions> = {}) =>
    exportTurns(testConfig(root), deps, {
      ...OPTIONS,
      format: ["prompt-completion"],
      force: true,
      ...over,
    });
  const before = await made();
  expect(before).toMatchObject({ kept: 3, dropped: {} });
  const whole = readFileSync(join(root, "answer/t_2.json"), "utf8");
  writeFileSync(join(root, "answer/t_2.json"), whole.slice(0, 40));
  // Also where nothing else changed, so that the set from before would stand.
  const summary = await made({ force: false }).catch((error: unknown) => error);
  expect(summary).toBeInstanceOf(UserError);
  const again = await made();
  expect(again).toMatchObject({ kept: 2, dropped: { broken_file: 1 } });
  expect(again.notes?.join("\n")).toMatch(
    /not read: answer\/t_2\.json; mend .*, which asks and pays again where models wrote it/,
  );
  expect(JSON.stringify(snapshot(join(root, "dataset/export")))).not.toContain("challenger 2");
  // By runs, the two that are left were judged by nobody.
  await expect(made({ unit: "run", format: ["sharegpt"] })).rejects.toThrow(
    /2 {2}nothing_won\s+not read: answer\/t_2\.json/,
  );
  writeFileSync(join(root, "answer/t_2.json"), whole);
  expect(await made()).toEqual(before);
  for (const n of [1, 2, 3]) writeFileSync(join(root, `answer/t_${n}.json`), "{");
  await expect(made()).rejects.toMatchObject({
    message: expect.stringContaining("3  broken_file"),
    hint: expect.stringContaining("asking for them anew is paid again"),
  });
  await expect(deps.store.read("answer/t_1.json", z.unknown())).rejects.toMatchObject({
    hint: "mend it by hand, or bring it back from a copy; or delete it and run the stage that writes it again: that asks and pays again",
  });
});
