/** stage:evaluate with a Python side that is a script: splits, joining, the report, what a stop leaves. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { exitCodeOf } from "../../src/command/cli.ts";
import { openStore } from "../../src/io/store.ts";
import { evaluateRunSchema } from "../../src/records/evaluate-run.ts";
import { evaluationRowSchema } from "../../src/records/evaluation.ts";
import { evaluate, type EvaluateOptions } from "../../src/stages/evaluate.ts";
import { silentProgress } from "../support/chat.ts";
import { OPTIONS, testConfig } from "../support/deps.ts";
import { fakeTrainer, type FakeTrainer } from "../support/fake-trainer.ts";
import { tempProject } from "../support/project.ts";
import { jsonLines, trainingFiles, trainingRow } from "../support/training-set.ts";

const WISH: Omit<EvaluateOptions, "python"> = {
  ...OPTIONS,
  checkpoint: "mine",
  set: "dataset/set",
  cpu: true,
  batchTokens: 1000,
  dtype: "float32",
  answers: 2,
  maxNewTokens: 8,
  seed: 1,
  yes: false,
  agree: () => Promise.resolve(null),
};

/** Scores every row: the checkpoint gains `gain` nats on each answer, and answers the first two rows. */
const scores = (rows: number, gain: number): string => `
tell({ event: "rows", given: ${rows + 1}, to_train: ${rows}, left_out: { over_context: 1 }, validation: 0, longest: 50, tokens: 500 });
tell({ event: "begin", step: 0, steps: ${2 * rows} });
const lines = [{ run_hash: run.run_hash }];
for (let row = 0; row < ${rows}; row++) for (const model of ["base", "checkpoint"])
  lines.push({ row, side: "", model, nll: 20 - (model === "base" ? 0 : ${gain} + Math.sin(row * row) / 5), tokens: 10, prompt_tokens: 100 });
write("figures.jsonl", lines.map((one) => JSON.stringify(one) + "\\n").join(""));
const answers = [{ run_hash: run.run_hash }, { row: 0, model: "base", text: "hm" }, { row: 0, model: "checkpoint", text: "THOUGHT: x\\n\`\`\`bash\\ncat a\\n\`\`\`" }];
write("answers.jsonl", answers.map((one) => JSON.stringify(one) + "\\n").join(""));
tell({ event: "scored", rows_done: ${2 * rows}, step: ${2 * rows}, steps: ${2 * rows}, tokens_per_second: 10, seconds_left: 0 });
tell({ event: "scored_all", rows: ${rows} }); end(0);`;

function start(
  root: string,
  { python }: FakeTrainer,
  more: Partial<EvaluateOptions> = {},
): ReturnType<typeof evaluate> {
  const deps = { store: openStore(root), progress: silentProgress };
  return evaluate(testConfig(root), deps, { ...WISH, python, ...more });
}

const project = (files: Record<string, unknown>): string =>
  tempProject({
    "artifacts/checkpoints/mine/adapter_config.json": { base_model_name_or_path: "owner/base" },
    ...files,
  });

const runOf = (root: string, name: string): ReturnType<typeof evaluateRunSchema.parse> =>
  evaluateRunSchema.parse(
    JSON.parse(readFileSync(join(root, "evaluation", name, "run.json"), "utf8")),
  );

describe("stage:evaluate", () => {
  test("asks before a model of the Hub is run on a CPU, and asks nothing of a tiny one", async () => {
    const root = project(trainingFiles("set", 4, 24));
    const device = `tell({ event: "device", device: "cpu", name: "" }); end(0);`;
    const fake = fakeTrainer({ device, evaluate: scores(23, 2) });
    const questions: string[] = [];
    const asking = (answer: boolean | null): Partial<EvaluateOptions> => ({
      cpu: false,
      base: "owner/base",
      agree: (question) => {
        questions.push(question);
        return Promise.resolve(answer);
      },
    });
    await expect(start(root, fake, asking(null))).rejects.toMatchObject({
      message: expect.stringContaining("evaluate: not started: there is no GPU here"),
      hint: expect.stringContaining("--answers 0"),
    });
    expect(fake.asked()).toEqual(["device"]);
    expect((await start(root, fake, asking(true))).kept).toBe(23);
    expect(questions).toHaveLength(2);
    const tiny = project({ ...trainingFiles("set", 4, 24), "base/model.safetensors": "weights" });
    await start(tiny, fake, { ...asking(null), base: "base" });
    expect(questions).toHaveLength(2);
  });

  test("writes a row a line, the report and its pictures, and says what came out", async () => {
    const root = project(trainingFiles("set", 4, 24));
    const summary = await start(root, fakeTrainer({ evaluate: scores(23, 2) }));
    expect(summary).toMatchObject({ read: 24, kept: 23, dropped: { over_context: 1 }, pending: 0 });
    expect(summary.notes[0]).toBe("split validation (--split chooses another)");
    expect(summary.notes[1]).toContain("The checkpoint tells these answers better than its base");
    const folder = join(root, "evaluation/mine-set-validation");
    const rows = readFileSync(join(folder, "rows.jsonl"), "utf8").trim().split("\n");
    expect(rows).toHaveLength(23);
    expect(evaluationRowSchema.parse(JSON.parse(rows[0] ?? ""))).toMatchObject({
      row: 0,
      instance_id: "owner4__repo4-4",
      repo: "owner4/repo4",
      cluster: "owner4/repo4",
      bucket: "final",
      action_type: "file_read",
      nll: 18,
      nll_base: 20,
    });
    const report = readFileSync(join(folder, "report.md"), "utf8");
    expect(report).toContain("| form | 100 % | base 0 %, of 1 written answer |");
    expect(report).toContain("commit/ has none of these instances");
    for (const name of ["report.html", "differences.svg"]) {
      expect(existsSync(join(folder, name))).toBe(true);
    }
  });

  test("no difference is said as such", async () => {
    const root = project(trainingFiles("set", 4, 24));
    const { notes } = await start(root, fakeTrainer({ evaluate: scores(24, 0) }));
    expect(notes[1]).toMatch(/^No difference: .* the interval covers 0\.$/);
  });

  test.each([
    [{ train: 2, validation: 2, test: 2 }, undefined, "validation"],
    [{ train: 2, test: 2 }, undefined, "test"],
    [{ train: 2 }, undefined, "train"],
    [{ train: 2, validation: 2 }, "train", "train"],
    [{ train: 2, validation: 2 }, "val", "validation"],
  ])("of splits %o with --split %s it takes %s", async (there, split, taken) => {
    const files = Object.entries(there).map(([name, rows]) => [
      `dataset/set/${name}.jsonl`,
      jsonLines(Array.from({ length: rows }, (_, at) => trainingRow(at))),
    ]);
    const root = project(Object.fromEntries(files) as Record<string, string>);
    const wish = split === undefined ? {} : { split };
    const summary = await start(root, fakeTrainer({ evaluate: scores(2, 1) }), wish);
    expect(runOf(root, `mine-set-${taken}`).split).toBe(taken);
    expect(summary.notes[0]?.startsWith(`split ${taken}`)).toBe(split === undefined);
  });

  test("a checkpoint of all weights is compared with the model that its train.json names", async () => {
    const root = project({
      ...trainingFiles("set", 4, 2),
      "artifacts/checkpoints/whole/train.json": {
        ...TRAIN,
        config: { ...TRAIN.config, lora: null },
      },
    });
    await start(root, fakeTrainer({ evaluate: scores(2, 1) }), { checkpoint: "whole" });
    expect(runOf(root, "whole-set-validation").base).toBe("owner/base");
  });

  test("rows of a train file are told to say little", async () => {
    const root = project({
      ...trainingFiles("set", 24),
      "artifacts/checkpoints/mine/train.json": TRAIN,
    });
    const { notes } = await start(root, fakeTrainer({ evaluate: scores(24, 1) }));
    expect(notes[1]).toContain("WARNING: rows of a train file");
    const report = readFileSync(join(root, "evaluation/mine-set-train/report.md"), "utf8");
    expect(report).toContain("How it was trained");
    expect(report).toContain("![Loss while training](loss.svg)");
  });

  test("figures of other weights are not gone on with: the hash is another", async () => {
    const root = project(trainingFiles("set", 4, 2));
    const trainer = fakeTrainer({ evaluate: scores(2, 1) });
    await start(root, trainer);
    const before = runOf(root, "mine-set-validation").run_hash;
    await start(root, trainer);
    expect(runOf(root, "mine-set-validation").run_hash).toBe(before);
    await start(root, trainer, { answers: 5 });
    expect(runOf(root, "mine-set-validation").run_hash).not.toBe(before);
  });

  test("Ctrl-C ends with 130 and keeps what was scored", async () => {
    const root = project(trainingFiles("set", 4, 2));
    const summary = await start(
      root,
      fakeTrainer({ evaluate: `write("figures.jsonl", "x"); end(130);` }),
    );
    expect(summary.stopped?.message).toBe("what was scored is kept; run it again to go on");
    expect(exitCodeOf(summary)).toBe(130);
    expect(existsSync(join(root, "evaluation/mine-set-validation/figures.jsonl"))).toBe(true);
  });

  test.each([
    [
      "a split that is not there",
      trainingFiles("set", 2),
      { split: "test" },
      "has no split test; it has train",
    ],
    [
      "a set without answers",
      { "dataset/set/train.jsonl": '{"messages": []}\n' },
      {},
      "has no rows of the format prompt-completion",
    ],
    ["no set", {}, {}, "evaluate: "],
  ])("%s is told", async (_, files, more, what) => {
    await expect(start(project(files), fakeTrainer({}), more)).rejects.toThrow(what);
  });
});

const TRAIN = {
  schema: 1,
  name: "mine",
  dataset: "dataset/set",
  dataset_hash: "0",
  run_hash: "1",
  method: "sft",
  model: "owner/base",
  config: {
    dataset: {
      dev_split: null,
      min_patch_chars: 0,
      include_empty: false,
      max_examples: null,
      max_tokens: null,
    },
    lora: { r: 4 },
    training: {},
  },
  seed: 1,
  versions: {},
  device: "cpu",
  processes: 1,
  curve: [
    { step: 1, loss: 2 },
    { step: 2, loss: 1, eval_loss: 1.5 },
    { step: 3, loss: null },
  ],
  steps: 3,
  epochs: 1,
  hours: 0.1,
  peak_memory_mb: 100,
  rows_given: 4,
  rows_left_out: {},
  rows_trained: 4,
  tokens_trained: 200,
  files: [],
};
