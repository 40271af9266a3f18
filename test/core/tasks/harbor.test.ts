/** Tasks in Harbor's form and back. */
import { parse } from "@iarna/toml";
import { expect, test } from "vitest";
import { fromHarbor, toHarbor } from "../../../src/core/tasks/harbor.ts";
import { PACKAGES } from "../../../src/core/tasks/packages.ts";
import type { GymTask } from "../../../src/records/gym-task.ts";

const taskOf = (name: string, unsteady = 0): GymTask => {
  const pack = PACKAGES.find((one) => one.name === name);
  if (pack === undefined) throw new Error(`${name} is not there`);
  const { language, version, hash, licence } = pack;
  return {
    schema: 2,
    id: `gym__${name}-01234567`,
    language,
    package: name,
    version,
    hash,
    licence,
    mutation: {
      file: "a",
      line: 1,
      start: 3,
      end: 4,
      before: "<",
      after: "<=",
      operator: "comparison",
    },
    decoys: [],
    issue: "it fails",
    test_command: "t",
    fail_to_pass: ["a.js::one", "a.js::(whole file)"],
    pass_to_pass: ["a.js::two", "b.js::(whole file)"],
    unsteady,
    runtime: language === "python" ? "Python 3.11.2" : "Node 22.18.0",
    test_seconds: 1,
    seed: 42,
  };
};
const packOf = (task: GymTask) => PACKAGES.find((one) => one.name === task.package) ?? fail();
const fail = (): never => {
  throw new Error("no package");
};
const TESTS = { roots: ["tests", "it's"], hashes: new Map([["tests/a.py", "0".repeat(64)]]) };
const PROGRAMS = { put: "put", fetch: "fetch", check: "check", report: "report", lock: "lock" };

test.each(["toolz", "qs"])("%s: a task goes out and comes in as it was", (name) => {
  const task = taskOf(name);
  const out = toHarbor(task, packOf(task), PROGRAMS, TESTS);
  if (!out.ok) throw new Error(out.reason);
  const config = parse(out.value.get("task.toml") ?? "") as { task: { name: string } };
  expect(config.task.name).toBe(`kingmaker/${name}-01234567`);
  expect(out.value.get("instruction.md")).toContain("it fails");
  const image = out.value.get("environment/Dockerfile") ?? "";
  expect(image).toContain(task.version);
  expect(image).toContain(task.hash.replace("sha256-", ""));
  expect(out.value.get("tests/test.sh")).toContain("/logs/verifier/reward.txt");
  expect(fromHarbor(out.value, PACKAGES)).toEqual({ ok: true, value: task });
});

test.each([
  ["python", "toolz", "Python 3.13.1", "FROM python:3.13-slim"],
  ["node", "qs", "Node 22.18.0", "FROM node:22-slim"],
])("%s: the image is of the runtime that the lists were proven with", (_, name, runtime, from) => {
  const task = { ...taskOf(name), runtime };
  const out = toHarbor(task, packOf(task), PROGRAMS, TESTS);
  expect(out.ok && out.value.get("environment/Dockerfile")).toContain(from);
});

test.each(["toolz", "qs"])(
  "%s: of the release the image keeps tests alone, and the verdict knows them by their hashes",
  (name) => {
    const task = taskOf(name);
    const out = toHarbor(task, packOf(task), PROGRAMS, TESTS);
    if (!out.ok) throw new Error(out.reason);
    const image = out.value.get("environment/Dockerfile") ?? "";
    expect(image).toContain("cp -a --parents 'tests' 'it'\\''s' /opt/released/");
    expect(image).not.toContain("cp -a /testbed");
    expect(image).toContain(name === "qs" ? "npm cache clean --force" : "PIP_NO_CACHE_DIR=1");
    expect(out.value.get("tests/released.sha256")).toBe(`${"0".repeat(64)}  tests/a.py\n`);
    expect(out.value.get("tests/test.sh")).toContain("--check /tests/released.sha256");
  },
);

test("of JavaScript the verdict runs the files that are in the lists as a whole, and no others", () => {
  const task = taskOf("qs");
  const out = toHarbor(task, packOf(task), PROGRAMS, TESTS);
  const run = out.ok ? (out.value.get("tests/test.sh") ?? "") : "";
  expect([...run.matchAll(/^node '(.*)' \|\| reward=0$/gm)].map(([, file]) => file)).toEqual([
    "a.js",
    "b.js",
  ]);
});

test("what cannot be told without our reader is not written: a test in a file that is in no list", () => {
  const task = { ...taskOf("qs", 1), pass_to_pass: ["c.js::three"] };
  expect(toHarbor(task, packOf(task), PROGRAMS, TESTS)).toEqual({
    ok: false,
    reason: "needs_own_reader",
  });
});

test("folders of others, and of packages that are not pinned here, are drops", () => {
  const task = taskOf("toolz");
  expect(fromHarbor(new Map([["task.toml", ""]]), PACKAGES)).toEqual({
    ok: false,
    reason: "no_record",
  });
  const files = new Map([
    ["task.toml", ""],
    ["tests/task.json", JSON.stringify({ ...task, hash: "sha256-other" })],
  ]);
  expect(fromHarbor(files, PACKAGES)).toEqual({ ok: false, reason: "other_package" });
});

test("every package is pinned by hash, of a permissive licence, and there are forty or more of both languages", () => {
  expect(PACKAGES.length).toBeGreaterThanOrEqual(40);
  expect(new Set(PACKAGES.map(({ name }) => name)).size).toBe(PACKAGES.length);
  for (const language of ["python", "javascript"])
    expect(PACKAGES.filter((one) => one.language === language).length).toBeGreaterThan(15);
  const licences = new Set(PACKAGES.map(({ licence }) => licence));
  expect(
    [...licences].filter((name) => !/^(MIT|BSD-[23]-Clause|Apache-2\.0|ISC)( OR |$)/.test(name)),
  ).toEqual([]);
});
