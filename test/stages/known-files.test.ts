/** Stages that remember what they made of files give the same with that memory and without. */
import { readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { summed } from "../../src/io/facts/fact-lines.ts";
import { openStore, type Store } from "../../src/io/store.ts";
import { estimate } from "../../src/stages/estimate.ts";
import { exportTurns } from "../../src/stages/export.ts";
import { report } from "../../src/stages/report.ts";
import { status } from "../../src/stages/status.ts";
import { validate } from "../../src/stages/validate.ts";
import { openCatalog } from "../../src/viewer/catalog.ts";
import type { StageSummary } from "../../src/work.ts";
import { scriptedChat } from "../support/chat.ts";
import { OPTIONS, testDeps } from "../support/deps.ts";
import { recordedJudges } from "../support/duel.ts";
import { snapshot } from "../support/project.ts";
import { judgedWorkspace } from "../support/workspace.ts";

/** Everything that commands say of a workspace, one after the other. */
async function everything(root: string) {
  const config = loadConfig(root, {});
  const store = openStore(root);
  const deps = testDeps(root, recordedJudges([]));
  const said = {
    validate: await validate(config, deps, OPTIONS),
    report: await report(
      config,
      testDeps(
        root,
        scriptedChat(() => ""),
      ),
      OPTIONS,
    ),
    status: await status(store),
    estimate: await estimate(config, store, {}),
  };
  return said;
}

const FACTS = "answer/.facts.jsonl";
const forget = (root: string): void => {
  for (const folder of ["answer", "score"])
    rmSync(join(root, folder, ".facts.jsonl"), { force: true });
};

test("what is said and written is the same from memory and from the files", async () => {
  const root = await judgedWorkspace({});
  await sleep(80);
  await everything(root);
  await sleep(80);
  const remembered = [await everything(root), await everything(root)];
  const files = snapshot(root);
  forget(root);
  const anew = await everything(root);
  expect(remembered).toEqual([anew, anew]);
  expect(snapshot(root)).toEqual(files);
});

test("an export opens the index once, and parses no answer that the report has read", async () => {
  const root = await judgedWorkspace({});
  await sleep(80);
  const config = loadConfig(root, {});
  const deps = testDeps(
    root,
    scriptedChat(() => ""),
  );
  await report(config, deps, OPTIONS);
  const lines = (): string[] => readFileSync(join(root, FACTS), "utf8").split("\n");
  const parsed = (): number => lines().filter((line) => line.startsWith('["answer"')).length;
  expect(parsed()).toBe(24);
  const asked: string[] = [];
  const store: Store = {
    ...deps.store,
    path(...parts) {
      asked.push(parts.join("/"));
      return deps.store.path(...parts);
    },
  };
  const options = { ...OPTIONS, force: true, refined: true };
  await exportTurns(config, { store }, options);
  expect(asked.filter((path) => path === FACTS)).toHaveLength(1);
  expect(parsed()).toBe(24);
  const [name = ""] = readdirSync(join(root, "refined")).filter((one) => one.endsWith(".json"));
  writeFileSync(join(root, "answer", name), readFileSync(join(root, "answer", name), "utf8") + " ");
  await sleep(80);
  await exportTurns(config, { store }, options);
  await exportTurns(config, { store }, options);
  expect(parsed()).toBe(25);
});

test("who only looks leaves no index of few turns, and adds to one that a stage began", async () => {
  const root = await judgedWorkspace({});
  await sleep(80);
  const config = loadConfig(root, {});
  const store = openStore(root);
  const look = async (): Promise<string[]> => {
    await status(store, config);
    await estimate(config, store, {});
    return ["answer", "score"].flatMap((folder) =>
      readdirSync(join(root, folder))
        .filter((name) => name.startsWith("."))
        .map((name) => `${folder}/${name}`),
    );
  };
  forget(root);
  const before = snapshot(root);
  expect(await look()).toEqual([]);
  expect(snapshot(root)).toEqual(before);
  await report(
    config,
    testDeps(
      root,
      scriptedChat(() => ""),
    ),
    OPTIONS,
  );
  const size = (): number => statSync(join(root, FACTS)).size;
  const begun = size();
  expect(await look()).toEqual([FACTS, "score/.facts.jsonl"]);
  expect(size()).toBeGreaterThan(begun);
});

test("an answer edited by hand is judged, sorted and counted as it now is", async () => {
  const root = await judgedWorkspace({});
  await sleep(80);
  await everything(root);
  await sleep(80);
  await everything(root);
  const path = join(root, "answer/t01.json");
  const { atime, mtime, size } = statSync(path);
  const text = readFileSync(path, "utf8").replace("THOUGHT", "thought");
  writeFileSync(path, text);
  utimesSync(path, atime, mtime);
  expect(statSync(path).size).toBe(size);
  const config = loadConfig(root, {});
  const summary: StageSummary = await validate(
    config,
    testDeps(
      root,
      scriptedChat(() => ""),
    ),
    OPTIONS,
  );
  // Three judges in both orders, three times each: nothing can be read of an empty reply.
  expect(summary.asked).toBe(18);
  expect((await status(openStore(root))).stages[3]).toMatchObject({ stage: "validate", done: 23 });
});

test("a turn that somebody deleted from its bucket is put there again", async () => {
  const root = await judgedWorkspace({});
  await sleep(80);
  await everything(root);
  const path = join(root, "refined", "t03.json");
  const text = readFileSync(path, "utf8");
  rmSync(path);
  await everything(root);
  expect(readFileSync(path, "utf8")).toBe(text);
  writeFileSync(path, text.replace("THOUGHT", "edited!"));
  await everything(root);
  expect(readFileSync(path, "utf8")).toBe(text);
});

test("other settings are noticed: a turn that moves is in one bucket only", async () => {
  const root = await judgedWorkspace({});
  await sleep(80);
  await everything(root);
  const config = loadConfig(root, {});
  const other = { ...config, bucket: { ...config.bucket, final_min: 70, defeat_max: 10 } };
  const summary = await report(
    other,
    testDeps(
      root,
      scriptedChat(() => ""),
    ),
    OPTIONS,
  );
  expect(summary.notes[0]).toMatch(/^buckets: final [1-9]\d*, refined \d+, defeat \d+$/);
  const names = Object.keys(snapshot(root)).filter((name) =>
    /^(final|refined|defeat)\//.test(name),
  );
  expect(names).toHaveLength(24);
});

/** What is kept of the workspace by all who keep something, and what they say of it. */
async function seenByAll(root: string) {
  const config = loadConfig(root, {});
  const store = openStore(root);
  const catalog = openCatalog(store, { bucket: config.bucket, mode: config.duel.mode });
  await catalog.refresh(true);
  const entries = catalog.entries().map(({ file, row }) => [file, row]);
  catalog.close();
  const options = { ...OPTIONS, force: true, refined: true, format: ["sharegpt"] };
  return {
    ...(await everything(root)),
    entries,
    rows: await exportTurns(config, { store }, options),
  };
}

const KINDS = [
  "sorted",
  "weighed",
  "pages",
  "glance",
  "settled",
  "calls",
  "instance",
  "judged",
  "answer",
  "borderline",
  "totals",
];

test("what is no fact under a fact's own key is made anew, of whatever kind, and nothing crashes", async () => {
  const root = await judgedWorkspace({});
  await sleep(80);
  await seenByAll(root);
  await sleep(80);
  const right = await seenByAll(root);
  const files = ["answer", "score"].map((folder) => join(root, folder, ".facts.jsonl"));
  const kept = files.map((file) => readFileSync(file, "utf8"));
  const lines = kept.flatMap((text) => text.split("\n").filter((line) => line !== ""));
  const kinds = new Set(lines.map((line) => (JSON.parse(line) as [string])[0]));
  expect([...kinds]).toEqual(expect.arrayContaining(KINDS));
  const page = readFileSync(join(root, "report/report.md"), "utf8");

  const rubbish: readonly ((value: unknown) => unknown)[] = [
    () => ({ a: 1 }),
    () => [null, { a: 1 }],
    (value) => deepRubbish(value, 1),
    (value) => deepRubbish(value, 3),
  ];
  const empty = (): unknown => ({});
  for (const shift of [null, 0, 2]) {
    let n = shift ?? 0;
    for (const [at, file] of files.entries()) {
      const spoiled = (line: string): string =>
        spoil(line, (shift === null ? undefined : rubbish[n++ % rubbish.length]) ?? empty);
      writeFileSync(file, (kept[at] ?? "").replace(/^\[.*$/gm, spoiled));
    }
    rmSync(join(root, "report/report.md"));
    expect({ shift, ...(await seenByAll(root)) }).toEqual({ shift, ...right });
    expect(readFileSync(join(root, "report/report.md"), "utf8")).toBe(page);
  }
}, 120_000);

function spoil(line: string, spoiled: (value: unknown) => unknown): string {
  const [kind, name, key, value] = JSON.parse(line) as [string, string, string, unknown];
  return summed([kind, name, key, spoiled(value)]);
}

/** All that lies so deep is an object that nobody made; what is not that deep is one as a whole. */
function deepRubbish(value: unknown, depth: number): unknown {
  if (depth === 0 || typeof value !== "object" || value === null) return { a: 1 };
  if (Array.isArray(value)) return [...value, 1].map((one) => deepRubbish(one, depth - 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, deepRubbish(one, depth - 1)]),
  );
}
