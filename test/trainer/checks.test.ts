import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkPythonTests, checkTraining } from "../../src/trainer/checks.ts";
import { testsFolder, trainingFolder, trainingVenv } from "../../src/trainer/house.ts";
import { asked, fakePython } from "../support/fake-python.ts";
import { tempProject } from "../support/project.ts";
import { runScriptFile } from "../support/scripts.ts";

/** A finished environment whose Python fails the tools named. */
function environment(venv: string, failing = ""): void {
  fakePython(join(venv, "bin/python"), {
    version: "3.11.1",
    other: `case "$2" in ${failing || "none"}) exit 3 ;; esac; exit 0`,
  });
  writeFileSync(join(venv, "kingmaker.json"), '{"lock":"","build":"cpu","python":"3.11.1"}');
}

test("ruff, mypy and pytest are run on training/, with pytest's own flags", async () => {
  const project = tempProject();
  mkdirSync(trainingFolder(project));
  environment(trainingVenv(project));
  expect(await checkTraining(project, ["-k", "merge"])).toBe(0);
  expect(asked(join(trainingVenv(project), "bin"))).toEqual([
    "-m ruff check .",
    "-m ruff format --check --quiet .",
    "-m mypy",
    "-m pytest -k merge",
  ]);
});

test("a tool that finds faults does not keep the others from being run, and its exit code stays", async () => {
  const project = tempProject();
  mkdirSync(testsFolder(project), { recursive: true });
  environment(join(testsFolder(project), ".venv"), "ruff");
  expect(await checkPythonTests(project, [])).toBe(3);
  const said = asked(join(testsFolder(project), ".venv/bin"));
  expect(said.at(-1)).toBe("-m pytest");
  expect(said).toContain(`-m ruff check . ${join(project, "engines")}`);
});

test("without their environments the checks say what makes them", async () => {
  const project = tempProject();
  await expect(checkTraining(project, [])).rejects.toMatchObject({
    hint: "npm run setup:training",
  });
  await expect(checkPythonTests(project, [])).rejects.toMatchObject({
    hint: "npm run setup:python-tests",
  });
});

test("setup:training refuses a flag that it does not know", async () => {
  const ran = await runScriptFile("setup-training", ["--gpu"]);
  expect(ran.code).toBe(1);
  expect(ran.stderr).toBe(
    "setup:training: unknown option '--gpu'\n  -> npm run setup:training -- --help lists the flags\n",
  );
});
