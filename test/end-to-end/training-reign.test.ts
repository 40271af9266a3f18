/**
 * From sample/ to a crown, through the scripts as a person runs them: the five stages, a set, a checkpoint
 * of a tiny model made on the spot, merged and served by `transformers serve`, asked by the king's stage,
 * judged, crowned. The model says one well-formed answer whatever it is trained on: what is shown is the
 * way, and nothing about data.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import TOML from "@iarna/toml";
import { expect, onTestFinished, test } from "vitest";
import { makeDemo, PROJECT } from "../../src/io/demo.ts";
import { runProgram } from "../../src/io/program.ts";
import { LINEAGE, lineageSchema } from "../../src/records/lineage.ts";
import { QUIET_PYTHON } from "../../src/trainer/house.ts";
import { startLlmServer } from "../support/llm-server.ts";
import { tempProject } from "../support/project.ts";
import { heldOutTurns, playedBy } from "../support/reign-workspace.ts";
import { runScriptFile } from "../support/scripts.ts";
import { noVenv, venvPython } from "../support/venv.ts";

const ANSWER = "THOUGHT: look at it.\n\n```bash\nls\n```";

test.skipIf(noVenv)(
  "from the sample to a crown: trained, merged, served, asked, judged",
  { timeout: 600_000 },
  async () => {
    const judges = await startLlmServer({ answer: playedBy("challenger", "look at it") });
    onTestFinished(() => judges.close());
    const turns = tempProject({ "prompt/prompts_5_001.json": heldOutTurns(5) });
    const home = tempProject();
    const { root } = await makeDemo(PROJECT, join(home, "demo"));
    const run = (name: string, ...args: string[]): ReturnType<typeof runScriptFile> =>
      runScriptFile(name, [...args, "--root", root, "--json"], QUIET_PYTHON);
    for (const stage of ["prompt", "king", "challenger", "validate", "report"]) {
      expect((await run(stage, "--yes")).code).toBe(0);
    }
    expect((await run("export", "--val-fraction", "0")).code).toBe(0);
    const made = await runProgram(
      venvPython,
      ["test/python/tiny_transformer.py", join(home, "model")],
      { env: QUIET_PYTHON },
    );
    expect([made.code, made.stderr.includes("Error")]).toEqual([0, false]);

    // The recorded panel knows its own answers alone.
    const chain = TOML.parse(readFileSync(join(root, "chain.toml"), "utf8"));
    const others = {
      provider: { loop: { base_url: judges.url } },
      king: { provider: "loop", model: "king-model", max_tokens: 32 },
      judge: { provider: "loop", models: ["judge-a", "judge-b"], thinking_models: [] },
      reign: { wins: 1 },
    };
    writeFileSync(join(root, "chain.toml"), TOML.stringify({ ...chain, ...others }));
    const args = ["dataset/export", "--model", "../model", "--turns", turns, "--cpu"];
    const settings = ["--max-steps", "1", "--max-tokens", "14000", "--allow-benchmarks"];
    const training = ["--training", "learning_rate=0", "per_device_train_batch_size=1"];
    const done = await run("reign", ...args, ...settings, ...training, "--yes");
    expect(done.stderr.includes("Traceback")).toBe(false);
    expect([done.code, done.stderr.split("\n").slice(-6)]).toEqual([0, expect.anything()]);
    expect(JSON.parse(done.stdout)).toMatchObject({ stage: "reign", read: 5, kept: 5, pending: 0 });
    const { kings, challenges } = lineageSchema.parse(
      JSON.parse(readFileSync(join(root, LINEAGE), "utf8")),
    );
    expect(kings.map(({ name }) => name)).toEqual(["king-model", "export-sft"]);
    expect(challenges[0]).toMatchObject({
      state: "crowned",
      dataset: "dataset/export",
      duels: [{ result: { accepted: true, n_parsed: 5 } }],
    });
    const merged = join(root, "artifacts/checkpoints/export-sft/merged");
    expect(JSON.parse(readFileSync(join(merged, "generation_config.json"), "utf8"))).toMatchObject({
      do_sample: true,
    });
    const answers = join(root, "reign/export-sft/duel-1/answer");
    const text = readFileSync(join(answers, "prompts_5_001_1.json"), "utf8");
    expect(JSON.parse(text)).toMatchObject({
      challenger: ANSWER,
      challenger_run: { model: merged },
    });
    expect(existsSync(join(root, "reign/export-sft/duel-1/score/_duel.json"))).toBe(true);
  },
);
