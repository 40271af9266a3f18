/**
 * worth with the real Python side and a tiny model made on the spot: arms, seeds, checkpoints, answers and
 * intervals, as a mechanism. Its figures mean nothing: the model has learned nothing that could be worth
 * something.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runProgram } from "../../src/io/program.ts";
import { WORTH, worthSchema } from "../../src/records/worth.ts";
import { projectFolder, QUIET_PYTHON, trainingFolder } from "../../src/trainer/house.ts";
import { runScriptFile } from "../support/scripts.ts";
import { noVenv, venvPython } from "../support/venv.ts";
import { worthWorkspace } from "../support/worth-workspace.ts";

const MAKE = "import sys; from tests import tiny; tiny.build_model(sys.argv[1])";

test.skipIf(noVenv)(
  "two arms with two seeds each are trained, answer held-out turns, and nothing is decided by so few",
  { timeout: 900_000 },
  async () => {
    const root = await worthWorkspace();
    const env = { ...QUIET_PYTHON, PYTHONPATH: trainingFolder(projectFolder) };
    const made = await runProgram(venvPython, ["-c", MAKE, join(root, "model")], { env });
    expect(made.code).toBe(0);
    const done = await runScriptFile(
      "worth",
      `--root ${root} --model model --cpu --json --arms winner,king --seeds 2 --max-steps 1 --answers 6 --max-new-tokens 4 --training per_device_train_batch_size=8 gradient_accumulation_steps=1`.split(
        " ",
      ),
      QUIET_PYTHON,
    );
    expect(done.stderr).not.toContain("Traceback");
    expect(done.stderr).toContain("4 of 4 trainings are left");
    expect(done.code).toBe(0);
    const told = worthSchema.parse(JSON.parse(readFileSync(join(root, WORTH), "utf8")));
    expect(told.effects).toMatchObject([
      { first: "winner", second: "king", n_seeds: 2, verdict: "unsure" },
    ]);
    const [own] = told.shown["nats a token of the challenger's text"] ?? [];
    expect(own).toMatchObject({ n_seeds: 2, n_rows: told.held_out.rows });
    expect(own?.interval?.every(Number.isFinite)).toBe(true);
  },
);
