import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runProgram } from "../../src/io/program.ts";
import { projectFolder, trainingFolder } from "../../src/trainer/house.ts";
import { megabytes, readLock } from "../../src/trainer/lock-file.ts";
import { noVenv, venvPython } from "../support/venv.ts";

const LOCKS = [
  "training/requirements.lock",
  "training/cuda.lock",
  "test/python/requirements.lock",
  "test/python/litellm.lock",
  "test/python/mini.lock",
  "test/python/harbor.lock",
  "test/trainers/llamafactory.lock",
  "test/trainers/axolotl.lock",
  "test/trainers/verl.lock",
  "test/trainers/verifiers.lock",
];
const lock = readLock(join(trainingFolder(projectFolder), "requirements.lock"));

test.skipIf(noVenv)("the environment has the versions of the lock", async () => {
  const code = `
import importlib.metadata, json, sys
print(json.dumps({name: importlib.metadata.version(name) for name in sys.argv[1:]}))`;
  const { stdout } = await runProgram(venvPython, ["-c", code, ...lock.pins.keys()]);
  const versions = JSON.parse(stdout) as Record<string, string>;
  const released = Object.entries(versions).map(([name, version]) => [name, version.split("+")[0]]);
  expect(Object.fromEntries(released)).toEqual(Object.fromEntries(lock.pins));
});

test.skipIf(noVenv)(
  "the Python package is importable there and has the project's version",
  async () => {
    const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
    const ended = await runProgram(venvPython, ["-m", "kingmaker_training", "--version"]);
    expect(ended).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  },
);

test.each(LOCKS)("%s pins every package with hashes, and holds no address", (path) => {
  const { text, pins } = readLock(join(projectFolder, path));
  const unhashed = text
    .split(/^(?=[a-z0-9-]+==)/m)
    .slice(1)
    .filter(
      (entry) =>
        !/^\S+==\S+( ; [^\\]+)? \\\n( {4}--hash=sha256:[0-9a-f]{64}( \\)?\n)+$/.test(entry),
    );
  expect(pins.size).toBeGreaterThan(0);
  expect(unhashed).toEqual([]);
  expect(text).not.toMatch(/https?:|@ |\.(org|com|net)\b/);
});

test("the lock has torch's CPU builds for every Python on Linux, and nothing for Intel Macs", () => {
  const table = readFileSync(join(trainingFolder(projectFolder), "torch-cpu.txt"), "utf8");
  const hashes = [...table.matchAll(/^([0-9a-f]{64}) /gm)].map(([, hash = ""]) => hash);
  expect(hashes).toHaveLength(6);
  expect(hashes.filter((hash) => !lock.text.includes(hash))).toEqual([]);
  expect(megabytes([lock], "darwin-x64", "cpu")).toBe(0);
  expect(megabytes([lock], "linux-x64", "index")).toBeGreaterThan(
    megabytes([lock], "linux-x64", "cpu"),
  );
});
