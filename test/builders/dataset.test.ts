/** The spine: what comes in is in the files, in skipped.jsonl or counted; and the folder is whole or absent. */
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import type { Built, Example } from "../../src/core/dataset/example.ts";
import type { DatasetSettings } from "../../src/core/dataset/settings.ts";
import { writeDataset, type DatasetSpec } from "../../src/builders/dataset.ts";
import { CARD, example, readJsonl, SETTINGS, stream } from "../support/dataset.ts";
import { snapshot, tempProject } from "../support/project.ts";

const spec = (
  root: string,
  settings: Partial<DatasetSettings> = {},
  more: Partial<DatasetSpec> = {},
): DatasetSpec => ({
  builder: "test",
  output: join(root, "dataset", "set"),
  settings: { ...SETTINGS, ...settings },
  card: CARD,
  ...more,
});

const rows = (groups: number, each: number) =>
  Array.from({ length: groups }, (_, g) =>
    Array.from({ length: each }, (_, n) => example(`group${g}`, n)),
  ).flat();

const skip: Built = {
  ok: false,
  skip: {
    instance_id: "x-1",
    reason: "empty_patch",
    source_fields: { has_patch: false },
    length: 0,
  },
};

describe("writeDataset", () => {
  test("writes both splits, the skipped rows, the statistics and the card", async () => {
    const root = tempProject();
    const { summary } = await writeDataset(
      stream([...rows(10, 4), skip]),
      spec(root, {}, { stats: () => ({ total_trajectories: 41 }) }),
    );
    const folder = join(root, "dataset", "set");
    expect(readdirSync(folder).sort()).toEqual([
      "README.md",
      "dataset_stats.json",
      "skipped.jsonl",
      "train.jsonl",
      "val.jsonl",
    ]);
    const train = readJsonl(folder, "train.jsonl");
    const val = readJsonl(folder, "val.jsonl");
    expect([train.length, val.length]).toEqual([32, 8]);
    expect(readJsonl(folder, "skipped.jsonl")).toEqual([
      { instance_id: "x-1", reason: "empty_patch", source_fields: { has_patch: false }, length: 0 },
    ]);
    expect(JSON.parse(readFileSync(join(folder, "dataset_stats.json"), "utf8"))).toMatchObject({
      builder: "test",
      total_trajectories: 41,
      train_size: 32,
      val_size: 8,
      filter_reasons: { empty_patch: 1 },
      groups: { by: "repo", count: 10, merged: 10 },
      tokens: { exact: false, median: expect.any(Number) },
      files: [
        { name: "train.jsonl", rows: 32 },
        { name: "val.jsonl", rows: 8 },
        { name: "skipped.jsonl", rows: 1 },
        { name: "README.md", rows: 0 },
      ],
    });
    expect(summary).toMatchObject({ read: 41, kept: 40, dropped: { empty_patch: 1 }, pending: 0 });
    expect(readdirSync(join(root, "dataset"))).toEqual(["set"]);
  });

  test("no group is on both sides, and no row is lost", async () => {
    const root = tempProject();
    const labelled = rows(12, 5).map((one, at) => ({ ...one, label: at % 2 === 0 }) as Example);
    await writeDataset(stream(labelled), spec(root, { formats: ["kto"] }));
    const ids = (file: string): string[] =>
      readJsonl(root, "dataset/set", file).map((row) =>
        String((row["metadata"] as { instance_id: string }).instance_id),
      );
    const groupsOf = (file: string) => new Set(ids(file).map((id) => id.split("-")[0]));

    for (const group of groupsOf("val.jsonl")) expect(groupsOf("train.jsonl")).not.toContain(group);
    expect(new Set([...ids("train.jsonl"), ...ids("val.jsonl")]).size).toBe(60);
  });

  test("the same rows and seed give the same bytes", async () => {
    const roots = [tempProject(), tempProject()];
    for (const root of roots) await writeDataset(stream(rows(6, 3)), spec(root));
    const [a, b] = roots.map((root) => snapshot(join(root, "dataset", "set")));
    expect(a).toEqual(b);
  });

  test("several formats lie beside each other, the first at the top, and the card names them all", async () => {
    const root = tempProject();
    const pair = { ...example("group0", 99), kind: "preference", chosen: "a", rejected: "b" };
    await writeDataset(
      stream([...rows(4, 3), pair as never]),
      spec(root, { formats: ["openai", "sharegpt", "preference"] }),
    );
    const folder = join(root, "dataset/set");
    expect(existsSync(join(folder, "sharegpt/train.jsonl"))).toBe(true);
    const card = readFileSync(join(folder, "README.md"), "utf8");
    expect(card).toContain(`  data_files:
  - split: "train"
    path: "train.jsonl"
  - split: "validation"
    path: "val.jsonl"
- config_name: "sharegpt"`);
    expect(card.match(/default: true/g)).toHaveLength(1);
    const inPreference = ["train", "val"].flatMap((s) =>
      readJsonl(folder, `preference/${s}.jsonl`),
    );
    expect(inPreference).toHaveLength(1);
  });

  test("Parquet beside the JSON Lines holds the same rows, dates and NUL as text", async () => {
    const root = tempProject();
    const odd = example("group0", 0, {
      answer: "2024-01-02",
      metadata: { instance_id: "a\u0000b" },
    });
    await writeDataset(
      stream([odd, ...rows(4, 3)]),
      spec(root, { formats: ["prompt-completion"], parquet: true }),
    );
    for (const split of ["train", "val"]) {
      const file = await asyncBufferFromFile(join(root, "dataset/set", `${split}.parquet`));
      const parquet = await parquetReadObjects({ file, compressors });
      expect(parquet).toEqual(readJsonl(root, "dataset/set", `${split}.jsonl`));
    }
  });

  test("rows over max_tokens are left out whole, with the reason", async () => {
    const root = tempProject();
    const long = example("group0", 1, { answer: "x".repeat(4000) });
    const { summary } = await writeDataset(
      stream([...rows(4, 3), long]),
      spec(root, { maxTokens: 900 }),
    );
    expect(summary.dropped).toEqual({ too_many_tokens: 1 });
    expect(readJsonl(root, "dataset/set/skipped.jsonl")[0]).toMatchObject({
      instance_id: "group0-1",
      reason: "too_many_tokens",
      length: 4000,
    });
  });

  test("the cost is the tokens at the price given", async () => {
    const root = tempProject();
    const { stats } = await writeDataset(
      stream([
        example("a", 1, { prompt: [{ role: "user", content: "x".repeat(397) }], answer: "abcd" }),
        example("b", 2, { prompt: [{ role: "user", content: "y".repeat(4000) }], answer: "" }),
      ]),
      spec(root, { usdPerMillionTokens: 1000 }),
    );
    expect(stats["tokens"]).toMatchObject({ total: 1101, min: 101, median: 101, max: 1000 });
    expect(stats["cost_usd"]).toBe(1.101);
  });

  test("when nothing is left the error has a table of reasons, and there is no folder", async () => {
    const root = tempProject();
    const written = writeDataset(stream([skip, skip]), spec(root));
    await expect(written).rejects.toMatchObject({
      message: "test: every row was filtered out, so there is no set to write\n  2  empty_patch",
    });
    expect(readdirSync(join(root, "dataset"))).toEqual([]);
  });

  test("no rows at all are an error of their own", async () => {
    await expect(writeDataset(stream([]), spec(tempProject()))).rejects.toMatchObject({
      message: "test: there are no rows for the formats asked for, so there is no set to write",
      hint: "check that the input is not empty, and that --format fits this builder",
    });
  });

  test("a builder that fails half-way leaves nothing behind", async () => {
    const root = tempProject();
    async function* broken(): AsyncGenerator<Built> {
      yield { ok: true, example: example("a", 1) };
      await Promise.reject(new Error("torn"));
    }
    await expect(writeDataset(broken(), spec(root))).rejects.toThrow("torn");
    expect(readdirSync(join(root, "dataset"))).toEqual([]);
  });
});

describe("lengths", () => {
  const steps = (n: number): Example =>
    example("g0", 900, {
      prompt: [
        { role: "user", content: "The task." },
        ...Array.from({ length: n }, (_, at) => [
          { role: "assistant", content: `say ${at}` },
          { role: "user", content: `see ${at} ${"x".repeat(400)}` },
        ]).flat(),
      ],
      metadata: { instance_id: "long-1", turn: n },
    });

  test("summary, statistics and card name the longest row and what is over each limit", async () => {
    const root = tempProject();
    const given = [...rows(4, 3), steps(50)];
    const { summary, stats } = await writeDataset(stream(given), spec(root));
    const { lengths } = stats as { lengths: { longest: number; over: Record<string, number> } };
    expect(lengths).toMatchObject({
      counted: "estimate",
      longest_row: "long-1, turn 50",
      over: { "1024": 1, "2048": 1, "4096": 1, "8192": 0, "16384": 0 },
    });
    expect(summary.notes.join("\n")).toContain("tokens (long-1, turn 50), an estimate at four");
    const card = readFileSync(join(root, "dataset/set/README.md"), "utf8");
    expect(card).toContain("## Lengths");
    expect(card).toContain("| TRL (SFT, DPO, KTO) | `max_length=None`");
  });

  test("rows over --max-tokens are left out with a reason, or fitted by --history", async () => {
    const root = tempProject();
    const given = [...rows(4, 3), steps(50)];
    const limit = { maxTokens: 1000, force: true };
    const without = await writeDataset(stream(given), spec(root, limit));
    expect(without.summary).toMatchObject({ kept: 12, dropped: { too_many_tokens: 1 } });

    const fitted = await writeDataset(stream(given), spec(root, { ...limit, history: "fit" }));
    expect(fitted.summary).toMatchObject({ kept: 13, dropped: {} });
    const all = ["train", "val"].flatMap((s) => readJsonl(root, "dataset/set", `${s}.jsonl`));
    const left = all.map((row) => (row["metadata"] as Record<string, unknown>)["steps_left_out"]);
    expect(left.filter((n) => n === 0)).toHaveLength(12);
    expect(JSON.stringify(all)).toMatch(/The task\.\\n\\n\[\.\.\. \d+ steps left out\]/);
    const { lengths } = fitted.stats as { lengths: { longest: number } };
    expect(lengths.longest).toBeLessThanOrEqual(1000);
  });
});

describe("the output folder", () => {
  test("is not written over without --force", async () => {
    const root = tempProject({ "dataset/set/notes.txt": "mine" });
    await expect(writeDataset(stream(rows(3, 2)), spec(root))).rejects.toMatchObject({
      message: `${join(root, "dataset", "set")} is not empty (notes.txt)`,
      hint: "run it again with --force to replace the set in it, or name another folder with --output",
    });
  });

  test("with --force loses the old set's files, and keeps what no builder wrote", async () => {
    const root = tempProject();
    await writeDataset(
      stream([...rows(4, 3), skip]),
      spec(root, { formats: ["chatml", "alpaca"] }),
    );
    writeFileSync(join(root, "dataset/set/notes.txt"), "mine");
    await writeDataset(stream(rows(4, 3)), spec(root, { force: true }));
    expect(readdirSync(join(root, "dataset/set")).sort()).toEqual([
      "README.md",
      "dataset_stats.json",
      "notes.txt",
      "train.jsonl",
      "val.jsonl",
    ]);
    expect(readdirSync(join(root, "dataset"))).toEqual(["set"]);
  });

  test("that is a file is an error", async () => {
    const root = tempProject({ "dataset/set": "a file" });
    await expect(writeDataset(stream(rows(3, 2)), spec(root))).rejects.toMatchObject({
      message: `${join(root, "dataset", "set")} is a file`,
      hint: "name a folder with --output",
    });
  });

  test("may be there when it is empty, and what a killed run left beside it goes", async () => {
    const root = tempProject();
    mkdirSync(join(root, "dataset/set"), { recursive: true });
    mkdirSync(join(root, "dataset/.set.1234.tmp/spool"), { recursive: true });
    writeFileSync(join(root, "dataset/.set.made.json.1234.1.tmp"), "{");
    await writeDataset(stream(rows(3, 2)), spec(root));
    expect(readdirSync(join(root, "dataset"))).toEqual(["set"]);
  });
});
