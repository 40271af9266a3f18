/** worth with a Python side that is a script: which arms, which seeds, and what their outcomes say. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { exitCodeOf } from "../../src/command/cli.ts";
import { refuseTooFew } from "../../src/builders/worth-turns.ts";
import { makeTally } from "../../src/core/tally.ts";
import { openStore } from "../../src/io/store.ts";
import { WORTH, worthSchema, type Worth } from "../../src/records/worth.ts";
import { worth, type WorthOptions } from "../../src/stages/worth.ts";
import type { StageSummary } from "../../src/work.ts";
import { silentProgress } from "../support/chat.ts";
import { testConfig } from "../support/deps.ts";
import type { FakeTrainer } from "../support/fake-trainer.ts";
import { snapshot } from "../support/project.ts";
import { BETTER, SAME, wishFor, worthTrainer } from "../support/worth-trainer.ts";
import { WORTH_TOML, saidIn, worthWorkspace } from "../support/worth-workspace.ts";

function start(
  root: string,
  { python }: FakeTrainer,
  more: Partial<WorthOptions> = {},
): Promise<StageSummary> {
  const deps = { store: openStore(root), progress: silentProgress };
  return worth(testConfig(root, WORTH_TOML), deps, { ...wishFor(root), python, ...more });
}

const toldIn = (root: string): Worth =>
  worthSchema.parse(JSON.parse(readFileSync(join(root, WORTH), "utf8")));

const rowsOf = (root: string, arm: string, file = "train"): Record<string, unknown>[] =>
  readFileSync(join(root, `dataset/worth/${arm}/${file}.jsonl`), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe("worth", () => {
  test("trains four arms with five seeds each, and finds the arm that is better", async () => {
    const root = await worthWorkspace();
    const fake = worthTrainer(BETTER);
    const summary = await start(root, fake);
    expect(summary).toMatchObject({
      stage: "worth",
      read: 75,
      kept: 75,
      dropped: {},
      pending: 0,
    });
    expect(exitCodeOf(summary)).toBe(0);
    expect(fake.asked()).toEqual(["estimate", "jobs", "jobs"]);
    const told = toldIn(root);
    expect(told).toMatchObject({ method: "sft", seeds: [1, 2, 3, 4, 5], outcome: "action" });
    expect(
      told.effects.map(({ first, second, verdict }) => `${first}/${second} ${verdict}`),
    ).toEqual([
      "winner/king better",
      "winner/challenger better",
      "winner/reference better",
      "challenger/king none",
      "challenger/reference none",
      "king/reference none",
    ]);
    const [first] = told.effects;
    expect(first).toMatchObject({ n_seeds: 5, n_clusters: told.held_out.repositories });
    expect(first?.interval?.[0]).toBeGreaterThan(0);
    const report = readFileSync(join(root, "evaluation/worth/report.md"), "utf8");
    expect(report).toContain("winner against king: better by");
    expect(report).toContain("challenger against king: no difference");
    expect(report).toContain("Shown, and decides nothing");
    // The challenger's arm finds its own text likelier, and that decides nothing.
    const own = told.shown["nats a token of the challenger's text"] ?? [];
    expect(
      own.find(({ first, second }) => `${first}/${second}` === "challenger/king")?.verdict,
    ).toBe("better");
  });

  test("gives every arm the same rows but for the answer, and holds whole repositories out", async () => {
    const root = await worthWorkspace();
    await start(root, worthTrainer(SAME), { seeds: 2 });
    const bare = (arm: string): unknown[] =>
      rowsOf(root, arm).map(({ completion: _answer, ...rest }) => rest);
    for (const arm of ["king", "challenger", "winner"]) {
      expect(bare(arm)).toEqual(bare("reference"));
    }
    const answerOf = (row: Record<string, unknown>): string =>
      (row["completion"] as { content: string }[])[0]?.content ?? "";
    for (const [at, row] of rowsOf(root, "winner").entries()) {
      const task = Number(/task (\d+)/.exec(JSON.stringify(row["prompt"]))?.[1]);
      const { king, challenger, assistant } = saidIn(task);
      expect(answerOf(row)).toBe(task % 2 === 0 ? challenger : king);
      expect(answerOf(rowsOf(root, "reference")[at] ?? {})).toBe(assistant);
    }
    const repoOf = (row: Record<string, unknown>): unknown =>
      (row["metadata"] as { repo: string }).repo;
    const held = new Set(rowsOf(root, "held", "test").map(repoOf));
    expect(held.size).toBeGreaterThanOrEqual(5);
    expect(rowsOf(root, "winner").filter((row) => held.has(repoOf(row)))).toEqual([]);
    expect(rowsOf(root, "own", "test").length).toBe(rowsOf(root, "held", "test").length);
  });

  test("says that there is no difference, and that two seeds decide nothing", async () => {
    const root = await worthWorkspace();
    const arms = ["winner", "king"];
    const same = await start(root, worthTrainer(SAME), { arms });
    expect(same.notes[0]).toContain("winner against king: no difference");
    const few = await start(root, worthTrainer(BETTER), { arms, seeds: 2, force: true });
    expect(few.notes[0]).toContain("winner against king: not decided: 2 seeds");
    expect(toldIn(root).effects[0]?.verdict).toBe("unsure");
  });

  test("matches the turns of buckets: same repository, action and length, near in turn", async () => {
    const root = await worthWorkspace();
    await start(root, worthTrainer(SAME), { arms: ["winner"], buckets: true, seeds: 2 });
    const [final, defeat] = [rowsOf(root, "final"), rowsOf(root, "defeat")];
    expect(final.length).toBe(defeat.length);
    expect(final.length).toBeGreaterThan(5);
    for (const [at, row] of final.entries()) {
      const [one, other] = [row, defeat[at]].map((each) => each?.["metadata"]) as {
        repo: string;
        turn: number;
        bucket: string;
      }[];
      expect([one?.bucket, other?.bucket, one?.repo]).toEqual(["final", "defeat", other?.repo]);
      expect(Math.abs((one?.turn ?? 0) - (other?.turn ?? 9))).toBeLessThanOrEqual(2);
    }
    expect(toldIn(root).effects.map(({ first, second }) => [first, second])).toEqual([
      ["final", "defeat"],
    ]);
  });

  test("goes on where it was stopped, and trains nothing twice", async () => {
    const root = await worthWorkspace();
    const wish = { arms: ["winner", "king"], seeds: 5 };
    const first = await start(root, worthTrainer(BETTER, 4), wish);
    expect(first.stopped).toMatchObject({ why: "interrupted" });
    expect(exitCodeOf(first)).toBe(130);
    expect(existsSync(join(root, WORTH))).toBe(false);
    const trained = (): string[] =>
      readdirSync(join(root, "artifacts/checkpoints")).filter((name) =>
        existsSync(join(root, "artifacts/checkpoints", name, "train.json")),
      );
    expect(trained()).toHaveLength(4);
    const second = worthTrainer(BETTER);
    expect((await start(root, second, wish)).stopped).toBeNull();
    expect(trained()).toHaveLength(10);
    const before = snapshot(root);
    const third = worthTrainer(BETTER);
    await start(root, third, wish);
    expect(third.asked()).toEqual([]);
    expect(snapshot(root)).toEqual(before);
  });

  test("says first how long it would take, and asks", async () => {
    const root = await worthWorkspace();
    const fake = worthTrainer(SAME);
    const told = await start(root, fake, { estimate: true });
    expect(told.notes.join("\n")).toContain("20 of 20 trainings are left: about 10 h 0 min");
    const questions: string[] = [];
    const agree = (question: string): Promise<boolean> => {
      questions.push(question);
      return Promise.resolve(false);
    };
    await expect(start(root, fake, { cpu: false, yes: false, agree })).rejects.toMatchObject({
      message: "worth: not started",
      hint: expect.stringContaining("--seeds"),
    });
    expect(questions[0]).toContain("Begin? [y/N]");
    expect(fake.asked()).toEqual(["estimate", "estimate"]);
  });
});

describe("worth refuses", () => {
  test("too little, and says what was left out and which flag takes it", () => {
    const tally = makeTally();
    for (let at = 0; at < 18; at++) tally.dropped("benchmark");
    tally.dropped("no_winner");
    const nothing = { train: [], held: [] };
    expect(() => refuseTooFew(nothing, tally)).toThrow(
      "nothing can be said with fewer than 5 (19 read: benchmark 18, no_winner 1)",
    );
    try {
      refuseTooFew(nothing, tally);
    } catch (error) {
      expect(error).toMatchObject({
        hint: "turns of benchmarks are left out: --allow-benchmarks takes them, or judge turns of other repositories",
      });
    }
  });

  test("a workspace without judged turns", async () => {
    const root = await worthWorkspace();
    const deps = { store: openStore(root), progress: silentProgress };
    await expect(
      worth(testConfig(root, WORTH_TOML), deps, {
        ...wishFor(root),
        only: "nothing*",
        python: "none",
      }),
    ).rejects.toThrow("no judged turn of final/, refined/ and defeat/ can stand in all arms");
  });

  test("too few repositories to say anything", async () => {
    const root = await worthWorkspace();
    await expect(start(root, worthTrainer(SAME), { heldOut: 0.1 })).rejects.toThrow(
      "nothing can be said with fewer than 5",
    );
  });
});
