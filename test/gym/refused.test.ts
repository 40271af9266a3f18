/** Packages, faults, tasks and outcomes that are no good: each is told in one line, with what was said of it. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { summaryLines } from "../../src/command/cli.ts";
import { openingOf } from "../../src/core/tasks/trajectory.ts";
import { seededRng } from "../../src/core/random.ts";
import { makeTally } from "../../src/core/tally.ts";
import { UserError } from "../../src/errors.ts";
import { taskPath } from "../../src/gym/build.ts";
import { buildAll } from "../../src/gym/build-all.ts";
import { readTasks } from "../../src/gym/fresh-runs.ts";
import { openLayer, packageOf } from "../../src/gym/layer.ts";
import { buildNotes } from "../../src/gym/notes.ts";
import { recordPath } from "../../src/gym/package-record.ts";
import { playAll } from "../../src/gym/play-all.ts";
import { openSandbox, type Sandbox, type SandboxCall } from "../../src/gym/sandbox.ts";
import { sourceText } from "../../src/gym/places.ts";
import type { Gym } from "../../src/gym/world.ts";
import type { ConfinedEnd } from "../../src/io/confined.ts";
import { openStore } from "../../src/io/store.ts";
import type { GymTask } from "../../src/records/gym-task.ts";
import { rollout } from "../../src/stages/rollout.ts";
import { OPTIONS, testConfig, testDeps } from "../support/deps.ts";
import { tempProject } from "../support/project.ts";
import { layPackage, TINY, tinyGym } from "../support/tiny-gym.ts";

// Processes by the dozen, on a machine that may be busy with others' tests.
vi.setConfig({ testTimeout: 240_000 });

const sandbox = await openSandbox("auto");

/** What `gym build` prints of the tiny package with these files, but for the sandbox's own line. */
async function buildSays(
  files: Record<string, string>,
  testSeconds = 120,
  root = tempProject(),
): Promise<string> {
  return buildIn(root, tinyGym(root, sandbox, files), testSeconds);
}

async function buildIn(root: string, gym: Gym, testSeconds = 120): Promise<string> {
  const tally = makeTally();
  const built = await buildAll(
    { gym, store: openStore(root), told: () => {} },
    {
      tasks: 1,
      perPackage: 1,
      parallel: 1,
      proofs: 1,
      tries: 2,
      testSeconds,
      seed: 42,
      rng: (purpose) => seededRng(42, purpose),
    },
    tally,
  );
  return summaryLines(tally.summary("gym", null, buildNotes(gym, built))).join("\n");
}

const nobody = async (): Promise<never> => {
  throw new Error("a model was asked");
};

const both = (text: string): Record<string, string> => ({
  "test/sum.js": text,
  "test/most.js": text,
});

test.each([
  [
    "tests that fail as released",
    both('throw new Error("no such thing as a free sum");'),
    "dropped (tests_fail 1)",
    "no task from tiny 1.0.0: tests_fail (Error: no such thing as a free sum)",
  ],
  [
    "tests that want the network",
    both('throw new Error("getaddrinfo ENOTFOUND example.org");'),
    "dropped (needs_network 1)",
    "no task from tiny 1.0.0: needs_network (Error: getaddrinfo ENOTFOUND example.org)",
  ],
  [
    "a part that a compiler has to make",
    both("throw new Error(\"Cannot find module './build/x.node'\");"),
    "dropped (needs_compiler 1)",
    "no task from tiny 1.0.0: needs_compiler (Error: Cannot find module './build/x.node')",
  ],
  [
    "nothing that could be changed",
    {
      "lib/sum.js": "module.exports = require('../test/own.js').sum;",
      "lib/most.js": "module.exports = require('../test/own.js').most;",
      "test/own.js":
        "exports.sum = l => l.reduce((a, b) => a + b, 0); exports.most = (l, n) => l.length ? Math.max(...l) : n;",
    },
    "dropped (no_places 1)",
    "no task from tiny 1.0.0: no_places (no line that its tests reach can be changed)",
  ],
] as const)("a package with %s gives no task, and it is said why", async (_, files, ...lines) => {
  const said = await buildSays(files);
  for (const line of lines) expect(said).toContain(line);
  expect(said).toContain("0 tasks from 0 packages");
});

test.each([
  ["compute", "for (;;);"],
  ["wait", "setInterval(function () {}, 50);"],
])("a package whose tests %s for too long gives no task, and it is said why", async (_, text) => {
  const said = await buildSays({ "test/sum.js": text }, 1);
  expect(said).toContain("dropped (too_slow 1)");
  expect(said).toContain("no task from tiny 1.0.0: too_slow (ended after [gym].test_seconds = 1)");
});

test("tests that fail for a full disk are no fault of the package's: nothing is kept of them", async () => {
  const full = 'throw new Error("ENOSPC: no space left on device, write");';
  const root = tempProject();
  const build = buildSays(both(full), 120, root);
  await expect(build).rejects.toThrow(UserError);
  await expect(build).rejects.toThrow(
    /^cannot write .*packages.javascript-tiny-1.0.0: Error: ENOSPC: no space left on device, write$/,
  );
  expect(await openStore(root).readText(recordPath(TINY))).toBeNull();
});

/** A sandbox whose run with coverage ends otherwise than by itself. */
const covering = (run: (call: SandboxCall, slot?: number) => Promise<ConfinedEnd>): Sandbox => ({
  ...sandbox,
  run: (call, slot) =>
    call.env?.["NODE_V8_COVERAGE"] === undefined ? sandbox.run(call, slot) : run(call, slot),
});

test("a build that is stopped while coverage is written keeps nothing of it, and goes on later", async () => {
  const root = tempProject();
  const stop = new AbortController();
  const stopped = covering(async (call, slot) => {
    const ended = await sandbox.run(call, slot);
    stop.abort();
    return { ...ended, why: "interrupted" };
  });
  const gym = { ...tinyGym(root, stopped), signal: stop.signal };
  await buildIn(root, gym);
  expect(await openStore(root).readText(recordPath(TINY))).toBeNull();
  expect(await buildIn(root, tinyGym(root, sandbox))).toContain("1 tasks from 1 packages");
});

test("a report of coverage that was cut off is none: a build goes by the others", async () => {
  const root = tempProject();
  const cut = "for folder in /gym/out/v8/*; do echo '{\"result\": [' > $folder/cut.json; done";
  const cutting = covering((call, slot) =>
    sandbox.run({ ...call, command: `(${call.command}\n)\ncode=$?\n${cut}\nexit $code` }, slot),
  );
  expect(await buildIn(root, tinyGym(root, cutting))).toContain("1 tasks from 1 packages");
});

test("faults that no test sees are counted, and make no task", async () => {
  const blind = (name: string): string =>
    `var f = require("../lib/${name}.js");\ntry { f([3, 7], 1); f([], 1); } catch (e) {}\nconsole.log("# ${name}\\nok 1");`;
  const said = await buildSays({ "test/sum.js": blind("sum"), "test/most.js": blind("most") });
  expect(said).toContain("2 read, 0 kept, 2 dropped (unseen 2)");
});

/** A workspace with one task, put together without a build. */
async function withTask(over: Partial<GymTask> = {}) {
  const root = tempProject();
  const gym = tinyGym(root, sandbox);
  const store = openStore(root);
  const text = sourceText(
    join(gym.folder, "packages", "javascript-tiny-1.0.0", "base"),
    "lib/sum.js",
  );
  const start = text.indexOf("i++");
  const task: GymTask = {
    schema: 2,
    id: "gym__tiny-00000001",
    language: "javascript",
    package: TINY.name,
    version: TINY.version,
    hash: TINY.hash,
    licence: TINY.licence,
    mutation: {
      file: "lib/sum.js",
      line: 3,
      start,
      end: start + 3,
      before: "i++",
      after: "i--",
      operator: "update",
    },
    decoys: [],
    issue: "sums are wrong",
    test_command: "node test/sum.js",
    fail_to_pass: ["test/sum.js::sums"],
    pass_to_pass: ["test/most.js::most"],
    unsteady: 0,
    runtime: "Node",
    test_seconds: 0.1,
    seed: 42,
    ...over,
  };
  await store.write(taskPath(task.id), task);
  return { root, gym, store, task };
}

test("a task's file that is none is an error that names it, and so is a run's and an outcome's", async () => {
  const { root, gym, store, task } = await withTask();
  const HOW = {
    ...OPTIONS,
    python: "no-python",
    answers: ["king"] as const,
    openGym: async () => gym,
  };
  const play = () => rollout(testConfig(root), testDeps(root, nobody), HOW);
  await store.write("answer/p_1.json", {
    schema: 2,
    instance_id: task.id,
    king: "THOUGHT: so.\n\n```bash\nls\n```",
    challenger: "",
    assistant: "",
    messages: openingOf(task),
  });
  const cases = [
    ["outcome/p_1.json", play],
    ["outcome/dropped/p_1.json", play],
    ["outcome/runs/p_1/king-1.traj.json", play],
    [taskPath(task.id), play],
    [taskPath(task.id), () => readTasks(store)],
    ["runs/gym__tiny-00000001-scripted-0.5-1.traj.json", playRuns],
  ] as const;
  async function playRuns() {
    return playAll({
      gym,
      store,
      policy: "scripted:0.5",
      policyOf: () => null,
      runs: 1,
      maxSteps: 1,
      parallel: 1,
      folder: "runs",
      told: () => {},
    });
  }
  for (const [path, run] of cases) {
    const before = await store.readText(path);
    for (const rubbish of ["", "{", "[1]", '{"schema": 2}', "\u0000"]) {
      await store.writeText(path, rubbish);
      await expect(run(), `${path}: ${JSON.stringify(rubbish)}`).rejects.toThrow(UserError);
      await expect(run()).rejects.toThrow(path);
    }
    if (before === null) rmSync(join(root, path));
    else await store.writeText(path, before);
  }
});

test("a task of another package's file says so, and how to come by the right one", async () => {
  const { gym, task } = await withTask();
  layPackage(gym, TINY, { "lib/sum.js": "module.exports = function () { return 0; };\n" });
  const open = openLayer(gym, task, TINY, 0);
  await expect(open).rejects.toThrow(
    "gym: gym__tiny-00000001 does not fit its package: lib/sum.js is another file",
  );
  await expect(open).rejects.toMatchObject({ hint: "remove the task's file and build it again" });
});

test("a task of a package that is not in the list says so", async () => {
  const { gym, task } = await withTask({ hash: `sha512-${"C".repeat(86)}==` });
  await expect(packageOf(gym, task)).rejects.toThrow(
    "gym: tiny 1.0.0, which gym__tiny-00000001 is made from, is not to be had (not in the gym's list)",
  );
});

test("without tasks there is nothing to play", async () => {
  const root = tempProject();
  const play = playAll({
    gym: tinyGym(root, sandbox),
    store: openStore(root),
    policy: "scripted:0.5",
    policyOf: () => null,
    runs: 1,
    maxSteps: 1,
    parallel: 1,
    folder: "runs",
    told: () => {},
  });
  await expect(play).rejects.toThrow("gym: there are no tasks yet");
});
