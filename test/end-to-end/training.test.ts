/**
 * The data meets a model: a tiny one, made on the spot, on a set of 200 rows, through the scripts as a
 * person runs them. What it learned is measured on rows that it never saw, of the same repositories.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runProgram } from "../../src/io/program.ts";
import { projectFolder, QUIET_PYTHON, trainingFolder } from "../../src/trainer/house.ts";
import { tempProject } from "../support/project.ts";
import { runScriptFile } from "../support/scripts.ts";
import { noVenv, venvPython } from "../support/venv.ts";

const MAKE = `
import sys
from pathlib import Path
from tests import tiny
root = Path(sys.argv[1])
tiny.build_model(root / "model")
rows = tiny.sft_rows(240)
held = [row for row in rows if int(row["metadata"]["repo"][-1]) >= 2]
tiny.write_rows(root / "dataset/tiny/train.jsonl", rows[:200])
tiny.write_rows(root / "dataset/tiny/val.jsonl", held[-40:])
`;

const ARGS = ["dataset/tiny", "--model", "model", "--cpu", "--json"];

test.skipIf(noVenv)(
  "an adapter that was trained tells held-out answers better, and one that was not makes no difference",
  { timeout: 600_000 },
  async () => {
    const root = tempProject();
    const env = { ...QUIET_PYTHON, PYTHONPATH: trainingFolder(projectFolder) };
    const made = await runProgram(venvPython, ["-c", MAKE, root], { env });
    expect(made.stderr.split("\n").filter((line) => line.includes("Error"))).toEqual([]);
    const run = (name: string, ...args: string[]): ReturnType<typeof runScriptFile> =>
      runScriptFile(name, [...args, "--root", root], env);

    const settings = [
      "--training",
      "per_device_train_batch_size=8",
      "gradient_accumulation_steps=1",
    ];
    const trained = await run(
      "train",
      ...ARGS,
      "--max-steps",
      "25",
      ...settings,
      "learning_rate=2e-2",
      "warmup_steps=0",
    );
    expect(trained.stderr).toContain("200 rows of 200");
    expect(trained.code).toBe(0);
    expect(JSON.parse(trained.stdout)).toMatchObject({ stage: "train", read: 200, kept: 200 });

    const idle = await run(
      "train",
      ...ARGS,
      "--name",
      "idle",
      "--max-steps",
      "1",
      ...settings,
      "learning_rate=0",
    );
    expect(idle.code).toBe(0);

    const better = await run(
      "evaluate",
      "tiny-sft",
      "dataset/tiny",
      "--cpu",
      "--json",
      "--answers",
      "0",
    );
    expect(better.code).toBe(0);
    expect(better.stdout).toContain("tells these answers better than its base");
    const same = await run(
      "evaluate",
      "idle",
      "dataset/tiny",
      "--cpu",
      "--json",
      "--answers",
      "2",
      "--max-new-tokens",
      "8",
    );
    expect(same.stdout).toContain("No difference: 0.0000 nats a token");

    const report = readFileSync(
      join(root, "evaluation/tiny-sft-tiny-validation/report.md"),
      "utf8",
    );
    expect(report).toContain("differences.svg");
    expect(report).toContain("loss.svg");
    expect(existsSync(join(root, "artifacts/checkpoints/tiny-sft/adapter_model.safetensors"))).toBe(
      true,
    );
  },
);
