import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readMark } from "../../src/trainer/environment.ts";
import { environmentPython, projectFolder, trainingVenv } from "../../src/trainer/house.ts";
import { setupPythonTests, setupTrainers } from "../../src/trainer/python-tests.ts";
import { setupTraining, type SetupOptions } from "../../src/trainer/setup.ts";
import { asked, fakePython, type FakePython } from "../support/fake-python.ts";
import { tempProject } from "../support/project.ts";

const NO_CPU_BUILD = 'case "$*" in *torch==*+cpu*) exit 1 ;; esac';

/** A project with the real locks and a fake Python; what is said and asked is kept. */
function made(python: Partial<FakePython> = {}, answer = false) {
  const project = tempProject();
  cpSync(join(projectFolder, "training"), join(project, "training"), {
    recursive: true,
    filter: (path) => !/\.venv|cache/.test(path),
  });
  const program = join(project, "python");
  fakePython(program, { version: "3.12.4", ...python });
  const said: string[] = [];
  const questions: string[] = [];
  const voice = {
    say: (line: string) => void said.push(line.replaceAll(project, "")),
    agree: async (question: string) => {
      questions.push(question);
      return answer;
    },
  };
  const run = (options: Partial<SetupOptions> = {}): Promise<void> =>
    setupTraining(
      { project, cuda: false, yes: false, python: program, machine: "linux-x64", ...options },
      voice,
    );
  const requirements = (): string =>
    readFileSync(join(trainingVenv(project), "requirements.txt"), "utf8");
  return { project, said, questions, run, requirements };
}

test("torch's CPU build is installed, hashes checked, and what it takes is said first", async () => {
  const { project, said, run, requirements } = made();
  await run();
  expect(said).toEqual([
    "making /training/.venv with Python 3.12.4",
    expect.stringMatching(
      /^installing torch 2\.13\.0 \(CPU build\) and \d\d more packages: up to 3\d\d MB to fetch; it takes minutes$/,
    ),
    "/training/.venv is set up",
  ]);
  expect(requirements()).toMatch(/^torch==2\.13\.0\+cpu \\$/m);
  expect(asked(project).join("\n")).toMatch(
    /-m pip install --require-hashes --no-deps .*\n-m pip check/,
  );
  expect(readMark(trainingVenv(project))).toMatchObject({ build: "cpu", python: "3.12.4" });
  const pth = readFileSync(join(trainingVenv(project), "site/kingmaker.pth"), "utf8");
  expect(pth).toBe(`${project}/training/src\n`);
});

test("what is set up is left alone, what is half-made or of another lock is made anew", async () => {
  const { project, said, run } = made();
  const calls = (): number => asked(project).filter((line) => line.startsWith("-m venv")).length;
  await run();
  await run();
  expect(calls()).toBe(1);
  expect(said.at(-1)).toBe("/training/.venv is set up already (Python 3.12.4, CPU build)");
  rmSync(join(trainingVenv(project), "kingmaker.json"));
  await run();
  expect(calls()).toBe(2);
  const lock = join(project, "training/requirements.lock");
  writeFileSync(lock, readFileSync(lock, "utf8").replace("tqdm==4.70.1", "tqdm==4.70.2"));
  await run();
  expect(calls()).toBe(3);
});

test("--cuda takes the index's build with the packages it needs, and stays until it is removed", async () => {
  const { said, run, requirements } = made();
  await run({ cuda: true });
  expect(said[1]).toMatch(
    /^installing torch 2\.13\.0 \(CUDA build\) and \d+ more packages: up to [23]\d{3} MB to fetch; it takes minutes$/,
  );
  expect(requirements()).toMatch(/^torch===2\.13\.0 \\$/m);
  expect(requirements()).toMatch(/^triton==\S+ ; platform_system == "Linux" \\$/m);
  await run();
  expect(said.at(-1)).toBe("/training/.venv is set up already (Python 3.12.4, CUDA build)");
});

test("where pip knows no CPU build it says what the other one weighs and how to reach the CPU build", async () => {
  const { project, questions, run } = made({ pip: NO_CPU_BUILD });
  await expect(run()).rejects.toMatchObject({
    message: expect.stringMatching(
      /^pip does not find torch 2\.13\.0's CPU build; what the index has is the CUDA build, \d\.\d GB to fetch instead of \d+ MB$/,
    ),
    hint: expect.stringContaining("PIP_EXTRA_INDEX_URL=ADDRESS npm run setup:training"),
  });
  expect(questions).toHaveLength(1);
  expect(readMark(trainingVenv(project))).toBeNull();
});

test.each([
  ["--yes", false, true],
  ["a yes on the terminal", true, false],
])("with %s the CUDA build is taken in its place", async (_, answer, yes) => {
  const { project, run } = made({ pip: NO_CPU_BUILD }, answer);
  await run({ yes });
  expect(readMark(trainingVenv(project))).toMatchObject({ build: "index" });
});

test("on a Mac the index's build is the CPU build, and nobody is asked", async () => {
  const { said, run, requirements } = made({ pip: NO_CPU_BUILD });
  await run({ machine: "darwin-arm64" });
  expect(said[1]).toMatch(/^installing torch 2\.13\.0 \(CPU build\) and \d\d more packages/);
  expect(requirements()).not.toContain("triton==");
});

test.each([
  ["darwin-x64", false, "training does not run on darwin-x64: torch 2.13.0 is not built for it"],
  ["win32-x64", false, "training does not run on win32-x64: torch 2.13.0 is not built for it"],
  ["darwin-arm64", true, "--cuda: there is no CUDA on darwin-arm64"],
])("on %s (cuda %s) nothing is begun", async (machine, cuda, message) => {
  const { project, run } = made();
  await expect(run({ machine, cuda })).rejects.toThrow(message);
  expect(existsSync(trainingVenv(project))).toBe(false);
});

test("a Python without venv is named with the package that brings it", async () => {
  const { run } = made({ venv: "echo 'ensurepip is not available' >&2; exit 1" });
  await expect(run()).rejects.toMatchObject({
    message: expect.stringMatching(/-m venv .* failed: ensurepip is not available$/),
    hint: expect.stringContaining("apt install python3.12-venv"),
  });
});

test.each([
  ["ERROR: No space left on device", "mend what pip says and run the same command again"],
  [
    "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES",
    "a package index gave another file than the lock names",
  ],
])("what pip says is handed on: %s", async (error, hint) => {
  const pip = `case "$3 $4" in "install --require-hashes") echo 'WARNING: old' >&2; echo '${error}' >&2; exit 1 ;; esac`;
  const { project, run } = made({ pip });
  await expect(run()).rejects.toMatchObject({
    message: `pip install failed: ${error}`,
    hint: expect.stringContaining(hint),
  });
  expect(readMark(trainingVenv(project))).toBeNull();
});

test("packages that do not fit together are no finished environment", async () => {
  const pip = `if [ "$3" = check ]; then echo 'trl needs torch'; exit 1; fi`;
  const { project, run } = made({ pip });
  await expect(run()).rejects.toThrow("pip check failed: trl needs torch");
  expect(readMark(trainingVenv(project))).toBeNull();
});

test("the environments of the Python tests want training's first", async () => {
  const { project } = made();
  cpSync(join(projectFolder, "test/python"), join(project, "test/python"), {
    recursive: true,
    filter: (path) => !/\.venv|cache/.test(path),
  });
  await expect(setupPythonTests(project, "linux-x64", () => {})).rejects.toMatchObject({
    message: `${trainingVenv(project)} is not there, or was not finished`,
    hint: "npm run setup:training",
  });
  expect(() => environmentPython(trainingVenv(project), "setup:training")).toThrow(
    "is not there, or was not finished",
  );
});

/** The trainers' environments with the real locks and a fake Python. */
function trainers(pip?: string) {
  const { project } = made(pip === undefined ? {} : { pip });
  cpSync(join(projectFolder, "test/trainers"), join(project, "test/trainers"), {
    recursive: true,
    filter: (path) => !/\.venv|cache/.test(path),
  });
  const said: string[] = [];
  const run = (machine: string): Promise<void> =>
    setupTrainers(
      project,
      machine,
      (line) => void said.push(line.replaceAll(project, "")),
      async () => ({ program: join(project, "python"), version: "3.12.4" }),
    );
  const venv = (name: string): string => join(project, `test/trainers/.venv-${name}`);
  return { project, said, run, venv };
}

test("trainers' environments take PyTorch's CPU build, and say what there is to fetch", async () => {
  const { said, run, venv } = trainers();
  await run("linux-x64");
  expect(said).toHaveLength(4);
  for (const line of said) expect(line).toMatch(/: \d+ packages, up to [1-9]\d{2} MB to fetch$/);
  for (const name of ["llamafactory", "axolotl", "verl"]) {
    expect(readFileSync(join(venv(name), "requirements.txt"), "utf8")).toMatch(
      /^torch==2\.13\.0\+cpu \\$/m,
    );
    expect(readMark(venv(name))).toMatchObject({ build: "cpu" });
  }
  expect(readMark(venv("verifiers"))).toMatchObject({ build: null });
  await run("linux-x64");
  expect(said.slice(4)).toEqual(
    said.slice(0, 4).map(() => expect.stringMatching(/set up already$/)),
  );
});

test("without PyTorch's CPU build no trainer's environment is made, and the way to it is said", async () => {
  const { run, venv } = trainers(NO_CPU_BUILD);
  await expect(run("linux-x64")).rejects.toMatchObject({
    message: expect.stringMatching(/: pip does not find torch==2\.13\.0\+cpu, PyTorch's CPU build/),
    hint: expect.stringContaining("PIP_EXTRA_INDEX_URL=ADDRESS npm run test:trainers"),
  });
  expect(readMark(venv("llamafactory"))).toBeNull();
});

test("an environment with a package that a machine has no file of is left out with a line", async () => {
  const { said, run } = trainers();
  await run("darwin-arm64");
  expect(said.filter((line) => line.startsWith("left out"))).toEqual([
    "left out: /test/trainers/.venv-axolotl (a package of its lock has no file for darwin-arm64); what needs it is skipped",
  ]);
});
