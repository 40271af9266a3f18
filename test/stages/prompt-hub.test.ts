import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { openStore } from "../../src/io/store.ts";
import { promptFileSchema, type Prompt } from "../../src/records/prompt.ts";
import { sourceStateSchema } from "../../src/records/source.ts";
import { prompt, type PromptOptions } from "../../src/stages/prompt.ts";
import type { StageSummary } from "../../src/work.ts";
import { silentProgress } from "../support/chat.ts";
import { testHub, type Hub, type HubFault, type HubOptions } from "../support/hub.ts";
import {
  hubSets,
  PULLS,
  pullRow,
  rolloutRow,
  TRAJECTORIES,
  type SetOptions,
} from "../support/hub-sets.ts";
import { writeGrouped } from "../support/parquet.ts";
import { tempProject } from "../support/project.ts";

function project(hub: Hub, source: Record<string, unknown> = {}): string {
  const keys = {
    trajectories: TRAJECTORIES,
    prs: PULLS,
    viewer_url: hub.viewerUrl,
    count: 30,
    ...source,
  };
  return tempProject({
    "chain.toml": `[source]\n${Object.entries(keys)
      .map(([key, value]) => `${key} = ${JSON.stringify(value)}`)
      .join("\n")}\n`,
    ".env": `HF_ENDPOINT=${hub.url}\nHF_TOKEN=hf_test\n`,
  });
}

function run(
  root: string,
  options: Partial<PromptOptions> = {},
  store = openStore(root),
): Promise<StageSummary> {
  return prompt(
    loadConfig(root, {}),
    { store, progress: silentProgress },
    { force: false, retry: false, skipBad: false, ...options },
  );
}

const drawn = (root: string, count = 30): Promise<Prompt[]> =>
  openStore(root).read(`prompt/prompts_${count}_001.json`, promptFileSchema);
const state = (root: string) => openStore(root).read("report/source.json", sourceStateSchema);

async function draw(
  sets: SetOptions,
  source: Record<string, unknown> = {},
  hubOptions: HubOptions = {},
): Promise<{ hub: Hub; root: string; summary: StageSummary; prompts: Prompt[] }> {
  const hub = await testHub(await hubSets(sets), hubOptions);
  const root = project(hub, source);
  const summary = await run(root);
  const count = Number(source["count"] ?? 30);
  return { hub, root, summary, prompts: await drawn(root, count) };
}

const plain = (prompts: readonly Prompt[]): unknown[] =>
  prompts.map(({ instance_id, turn, assistant, origin }) => [instance_id, turn, assistant, origin]);

test.each([
  ["viewer", { pages: true, viewer: true }, {}],
  ["pages", { pages: true }, {}],
  ["groups", { pages: false }, {}],
] as const)("turns are read by %s when that is the cheapest way", async (way, sets, source) => {
  const { root, summary, prompts } = await draw(sets, source);
  expect(summary).toMatchObject({ kept: 30 });
  const [entry] = (await state(root)).sources;
  expect(entry).toMatchObject({ key: "trajectories", dataset: TRAJECTORIES, revision: "t1", way });
  expect(entry?.plan?.map((cost) => cost.way)).toEqual(["viewer", "pages", "groups"]);
  for (const one of prompts) {
    const { file, row, revision } = one.origin;
    const number = (row ?? 0) + (file === "data/train-00001.parquet" ? 300 : 0);
    expect(revision).toBe("t1");
    expect(one.assistant).toBe(
      `row ${number} turn ${one.turn}\n\n\`\`\`bash\nls ${one.turn}\n\`\`\``,
    );
    const whole = rolloutRow(number);
    expect(one.messages).toEqual(whole.messages.slice(0, 2 + 2 * one.turn));
    expect(one.instance_id).toBe(whole.instance_id);
  }
  expect(new Set(prompts.map((one) => one.instance_id)).size).toBe(30);
});

test("every way of reading gives the same turns", async () => {
  const byViewer = await draw({ pages: true, viewer: true }, { read: "viewer" });
  const byPages = await draw({ pages: true, viewer: true }, { read: "pages" });
  const byGroups = await draw({ pages: false, viewer: true }, { read: "groups" });
  expect(plain(byPages.prompts)).toEqual(plain(byViewer.prompts));
  expect(plain(byGroups.prompts)).toEqual(plain(byViewer.prompts));
  expect(byPages.summary.dropped).toEqual(byViewer.summary.dropped);
});

test.each([true, false])(
  "pull requests are mirrored whole (viewer's filter: %s)",
  async (filter) => {
    const { root, prompts, hub } = await draw({ pages: true, viewer: true, filter });
    expect(await openStore(root).list("commit")).toHaveLength(30);
    const id = prompts[0]?.instance_id ?? "";
    const record = JSON.parse(readFileSync(join(root, `commit/${id}.json`), "utf8")) as object;
    const n = Number(id.split("-")[1]);
    expect(record).toMatchObject({
      patch: expect.stringContaining(`a${n}.py`) as unknown,
      files: [`a${n}.py`],
      language: "python",
      created_at: 1_609_298_073_000 + n,
      FAIL_TO_PASS: [`test_${n}`],
      meta: { difficulty: "easy", n },
    });
    expect(hub.requests.some(({ path }) => path.includes("/viewer/filter"))).toBe(filter);
  },
);

test("rows with a cut cell are read from Parquet pages, and dropped where there are none", async () => {
  const truncated = (index: number): readonly string[] => (index % 2 === 0 ? ["messages"] : []);
  const whole = await draw({ pages: true, viewer: true, truncated }, { read: "viewer" });
  const plainDraw = await draw({ pages: true, viewer: true }, { read: "viewer" });
  expect(whole.summary.dropped).toEqual(plainDraw.summary.dropped);
  expect(plain(whole.prompts)).toEqual(plain(plainDraw.prompts));
  const lost = await draw({ pages: false, viewer: true, truncated }, { read: "viewer" });
  expect(lost.summary.dropped["truncated_cell"]).toBeGreaterThan(0);
  expect(lost.summary.read).toBe(
    lost.summary.kept + Object.values(lost.summary.dropped).reduce((sum, n) => sum + n, 0),
  );
});

test("spread windows takes runs of neighbours, spread groups few groups, and both say so", async () => {
  const windows = await draw(
    { pages: true },
    { spread: "windows", window_rows: 5, max_per_instance: 0 },
  );
  const rows = windows.prompts.map(({ origin }) => origin.row ?? 0);
  expect(rows.slice(0, 5).map((row) => row - (rows[0] ?? 0))).toEqual([0, 1, 2, 3, 4]);
  expect(windows.summary.notes.join("\n")).toMatch(/spread = windows: turns come in runs/);
  const groups = await draw(
    { pages: true },
    { spread: "groups", group_draws: 15, max_per_instance: 0 },
  );
  const groupOf = (one: Prompt): string =>
    `${one.origin.file} ${Math.floor((one.origin.row ?? 0) / 100)}`;
  expect(new Set(groups.prompts.map(groupOf)).size).toBe(2);
  expect(groups.summary.notes.join("\n")).toMatch(
    /spread = groups: turns come from few row groups/,
  );
});

test("rows that fall out are replaced until the target is met, and the numbers add up", async () => {
  const { summary, prompts } = await draw({ pages: true }, { exit_status: ["Submitted"] });
  expect(prompts).toHaveLength(30);
  expect(summary.dropped["exit_status"]).toBeGreaterThan(0);
  expect(summary.read).toBe(30 + Object.values(summary.dropped).reduce((sum, n) => sum + n, 0));
});

test("fewer eligible turns than asked for says how many, and which filter took most", async () => {
  const { summary } = await draw({ pages: true }, { count: 30, max_per_repo: 2 });
  expect(summary.kept).toBe(14);
  expect(summary.notes.join("\n")).toMatch(
    /asked for 30 turns, only 14 are eligible: there are no more rows; most were taken by (repo|instance)_full \(\d+: /,
  );
});

test("rows whose instance has its share already cost no content", async () => {
  const { hub } = await draw({ pages: true }, { max_per_repo: 2 });
  const ranges = hub.requests.filter(({ path }) => path.startsWith("/cdn/o/trajectories"));
  // 500 rows in 5 groups were looked at; 14 turns and what was read ahead cost pages.
  expect(ranges.length).toBeLessThan(330);
});

test("of several sources the far ones are peeked at: rows that their names refuse cost no content", async () => {
  const local = "local.jsonl";
  const lines = Array.from({ length: 100 }, (_, n) => JSON.stringify(rolloutRow(n))).join("\n");
  const hub = await testHub(await hubSets({ pages: true }));
  const drawBoth = async (source: Record<string, unknown>): Promise<Prompt[]> => {
    const root = project(hub, { trajectories: [local, TRAJECTORIES], ...source });
    writeFileSync(join(root, local), lines);
    expect(await run(root)).toMatchObject({ kept: 30 });
    return drawn(root);
  };
  const excluded = Array.from({ length: 25 }, (_, n) => rolloutRow(n * 10).instance_id);
  const before = hub.requests.length;
  const prompts = await drawBoth({ exclude_ids: excluded, max_per_instance: 2 });
  expect(new Set(prompts.map(({ origin }) => origin.dataset))).toEqual(new Set([TRAJECTORIES]));
  // Half of the rows are refused by their names; each of the others costs one range of its contents.
  const ranges = hub.requests.slice(before).filter(({ path }) => path.includes("/cdn/"));
  expect(ranges.length).toBeLessThan(50);
  expect(
    (await drawBoth({ max_per_instance: 2 })).some(({ origin }) => origin.file === local),
  ).toBe(true);
});

test("what was kept of one split of a commit is not taken for another's", async () => {
  const sets = await hubSets({ pages: true });
  const folder = tempProject();
  const files: Record<string, { local: string }> = {};
  for (const split of ["test", "train"]) {
    const local = join(folder, `${split}.parquet`);
    const rows = Array.from({ length: 50 }, (_, n) => pullRow(split === "train" ? n : 49 - n));
    await writeGrouped(local, rows.slice(split === "train" ? 0 : 10), { groupRows: 2048 });
    files[`data/${split}.parquet`] = { local };
  }
  const hub = await testHub({ ...sets, [PULLS]: { refs: { main: "p1" }, commits: { p1: files } } });
  const root = project(hub, { prs_split: "train" });
  await run(root);
  const chain = join(root, "chain.toml");
  writeFileSync(chain, readFileSync(chain, "utf8").replace('"train"', '"test"'));
  await run(root, { force: true });
  for (const { instance_id } of await drawn(root)) {
    const record = JSON.parse(readFileSync(join(root, `commit/${instance_id}.json`), "utf8")) as {
      instance_id: string;
      problem_statement: string;
    };
    expect(record.instance_id).toBe(instance_id);
    expect(record.problem_statement).toBe(`problem ${instance_id.split("-")[1]}`);
  }
});

test("faults on the way change nothing: 503s, rate limits, cuts, ignored ranges", async () => {
  const few = { count: 6 };
  const calm = await draw({ pages: true }, few);
  let n = 0;
  const rough = await draw({ pages: true }, few, {
    fault: () => {
      n++;
      if (n % 11 === 0) return { status: 503, headers: { "retry-after": "0" } };
      if (n % 29 === 0) return { status: 429, headers: { "retry-after": "0" } };
      if (n % 5 === 0) return { ignoreRange: true };
      return n % 7 === 0 ? { cutAfter: 50 } : null;
    },
  });
  expect(plain(rough.prompts)).toEqual(plain(calm.prompts));
});

test.each(["rows", "turns"])(
  "a run that was stopped goes on with the same commit and reads no row twice: spread %s",
  async (spread) => {
    let broken = false;
    const hub = await testHub(await hubSets({ pages: true }), {
      fault: ({ path }) => (broken && path.includes("pulls") ? { status: 404 } : null),
    });
    const root = project(hub, { read: "pages", count: 30, spread });
    broken = true;
    await expect(run(root)).rejects.toThrow(/pulls/);
    expect(await openStore(root).has("report/source.json")).toBe(false);
    broken = false;
    const store = openStore(root);
    const halting = {
      ...store,
      write: async (path: string, value: unknown) => {
        if (path.startsWith("commit/") && (await store.list("commit")).length === 3)
          throw new Error("killed");
        await store.write(path, value);
      },
    };
    await expect(run(root, {}, halting)).rejects.toThrow("killed");
    const written = await state(root);
    expect(written.done).toBe(false);
    expect(written.sources[0]).toEqual({
      key: "trajectories",
      dataset: TRAJECTORIES,
      revision: "t1",
      way: "pages",
      plan: [
        { way: "viewer", why: "it is not asked ([source].read)" },
        {
          way: "pages",
          bytes: expect.any(Number) as unknown,
          requests: expect.any(Number) as unknown,
        },
        {
          way: "groups",
          bytes: expect.any(Number) as unknown,
          requests: expect.any(Number) as unknown,
        },
      ],
    });
    // Meanwhile the set moves on: the run that goes on must not mix versions.
    const set = hub.datasets[TRAJECTORIES];
    if (set === undefined) throw new Error("no set");
    hub.datasets[TRAJECTORIES] = {
      ...set,
      refs: { main: "t2", old: "t1" },
      commits: { ...set.commits, t2: {} },
    };
    const before = hub.requests.length;
    await run(root);
    expect((await drawn(root)).every(({ origin }) => origin.revision === "t1")).toBe(true);
    expect((await state(root)).sources).toEqual(written.sources);
    const again = hub.requests
      .slice(before)
      .filter(({ path }) => path.startsWith("/cdn/o/trajectories"));
    const first = new Set(
      hub.requests.slice(0, before).map(({ path, range }) => `${path} ${range}`),
    );
    // The small chunks of ids (two runs in each of five groups) are looked at again; the rows are not.
    expect(
      again.filter(({ path, range }) => first.has(`${path} ${range}`)).length,
    ).toBeLessThanOrEqual(10);
  },
);

test("rows that were read beside one that cannot be are kept for the next run", async () => {
  let broken = true;
  const contents = (range: string | null): boolean => {
    const [from = 0, to = 0] = (range ?? "").match(/\d+/g)?.map(Number) ?? [];
    return to - from > 4000 && to - from < 20_000;
  };
  let seen = 0;
  const fault = ({ path, range }: { path: string; range: string | null }): HubFault | null =>
    broken && path.startsWith(`/cdn/${TRAJECTORIES}`) && contents(range) && ++seen === 20
      ? { status: 404 }
      : null;
  const hub = await testHub(await hubSets({ pages: true }), { fault });
  const root = project(hub, { read: "pages" });
  await expect(run(root)).rejects.toThrow("answered HTTP 404");
  broken = false;
  const rows = (from: number): string[] =>
    hub.requests.slice(from).flatMap(({ range }) => (contents(range) ? [range ?? ""] : []));
  const [first, before] = [new Set(rows(0)), hub.requests.length];
  expect(first.size).toBeGreaterThan(25);
  expect(await run(root)).toMatchObject({ kept: 30 });
  expect(rows(before).filter((range) => first.has(range)).length).toBeLessThanOrEqual(16);
});

test("a second draw reads no footer again", async () => {
  const hub = await testHub(await hubSets({ pages: true }));
  const root = project(hub);
  await run(root);
  const sizes = hub.requests.length;
  await run(root, { force: true });
  const tails = hub.requests.slice(sizes).filter(({ range }) => range?.endsWith("-") ?? false);
  expect(tails).toEqual([]);
});

test("a draw that is made longer stays at its commit, and --force takes the newest one", async () => {
  const hub = await testHub(await hubSets({ pages: true }));
  const root = project(hub);
  await run(root, { limit: 5 });
  const set = hub.datasets[TRAJECTORIES];
  if (set === undefined) throw new Error("no set");
  const commits = { ...set.commits, t2: set.commits["t1"] ?? {} };
  hub.datasets[TRAJECTORIES] = { ...set, refs: { main: "t2" }, commits };
  const few = (await state(root)).sources[0]?.plan;
  expect(await run(root)).toMatchObject({ kept: 30 });
  const [entry] = (await state(root)).sources;
  expect(entry).toMatchObject({ revision: "t1", way: "pages" });
  expect(entry?.plan).not.toEqual(few);
  expect(new Set((await drawn(root)).map(({ origin }) => origin.revision))).toEqual(
    new Set(["t1"]),
  );
  await run(root, { force: true });
  expect((await state(root)).sources[0]).toMatchObject({ revision: "t2" });
});

test("a set of JSON Lines is fetched once and drawn from", async () => {
  const rows = Array.from({ length: 50 }, (_, n) => JSON.stringify(rolloutRow(n))).join("\n");
  const sets = await hubSets({ pages: true });
  const hub = await testHub({
    ...sets,
    "o/lines": { refs: { main: "j1" }, commits: { j1: { "train.jsonl": rows } } },
  });
  const root = project(hub, { trajectories: "o/lines", count: 5 });
  expect(await run(root)).toMatchObject({ kept: 5 });
  const [first] = await drawn(root, 5);
  expect(first?.origin).toMatchObject({ dataset: "o/lines", revision: "j1", file: "train.jsonl" });
  const bytes = Buffer.byteLength(rows);
  const [entry] = (await state(root)).sources;
  expect(entry).toMatchObject({ way: "whole", plan: [{ way: "whole", bytes }] });
});

test("a set that would have to be fetched whole and is over max_read_mb is refused unread", async () => {
  const rows = Array.from({ length: 1500 }, (_, n) => JSON.stringify(rolloutRow(n))).join("\n");
  const sets = await hubSets({ pages: true });
  const hub = await testHub({
    ...sets,
    "o/lines": { refs: { main: "j1" }, commits: { j1: { "train.jsonl": rows } } },
  });
  const root = project(hub, { trajectories: "o/lines", count: 5, max_read_mb: 1 });
  await expect(run(root)).rejects.toThrow(
    "o/lines has no Parquet files and would be fetched whole: 3.2 MB",
  );
  expect(hub.requests.some(({ path }) => path.includes("train.jsonl"))).toBe(false);
});

test("a run that goes on keeps the plan that it was begun with, whatever ways are open now", async () => {
  const sets = await hubSets({ pages: true, viewer: true });
  const hub = await testHub(sets);
  const root = project(hub);
  const store = openStore(root);
  const halting = { ...store, writeText: () => Promise.reject(new Error("killed")) };
  await expect(run(root, {}, halting)).rejects.toThrow("killed");
  const before = (await state(root)).sources;
  expect(before[0]).toMatchObject({ way: "viewer" });
  const set = hub.datasets[TRAJECTORIES];
  if (set?.viewer === undefined) throw new Error("no viewer");
  // Its rows are cheaper by pages from here on; the plan is not made anew.
  hub.datasets[TRAJECTORIES] = { ...set, viewer: { ...set.viewer, rowBytes: 1e6 } };
  await run(root);
  expect((await state(root)).sources).toEqual(before);
});

test.each<[string, Record<string, unknown>, RegExp]>([
  [
    "an unknown data set",
    { trajectories: "o/none" },
    /the Hub refuses the token for the data set o\/none|there is no data set o\/none/,
  ],
  [
    "an unknown revision",
    { trajectories: `${TRAJECTORIES}@v9` },
    /has no revision "v9"; it has main/,
  ],
  ["an unknown split", { split: "dev" }, /has no split "dev"; it has train/],
  [
    "missing columns",
    { prs: TRAJECTORIES },
    /lacks the column patch of a pull-request record; its columns are instance_id, repo, messages/,
  ],
  [
    "a way that is not there",
    { read: "viewer" },
    /o\/trajectories cannot be read by viewer: viewer: it is switched off for the set \(HTTP 501/,
  ],
  [
    "a draw that reads too much",
    { max_read_mb: 1, spread: "rows", count: 500, read: "groups" },
    /the draw would read/,
  ],
])("%s is a clear error", async (_what, source, message) => {
  const hub = await testHub(await hubSets({ pages: true, files: [3000] }));
  await expect(run(project(hub, source))).rejects.toThrow(message);
});

test("a Parquet file whose footer is broken is an error with its name", async () => {
  const sets = await hubSets({ pages: true });
  const set = sets[TRAJECTORIES];
  if (set === undefined) throw new Error("no set");
  const broken = {
    ...set,
    commits: { t1: { "data/train-00000.parquet": "PAR1 this is not one PAR1" } },
  };
  const hub = await testHub({ ...sets, [TRAJECTORIES]: broken });
  await expect(run(project(hub))).rejects.toThrow(
    /data\/train-00000\.parquet is no Parquet file that can be read: it ends with no footer/,
  );
});

test("a viewer that moves on to another commit in the middle is an error, not a mixture", async () => {
  const sets = await hubSets({ pages: true, viewer: true });
  const hub: Hub = await testHub(sets, {
    fault({ path }) {
      const set = hub.datasets[TRAJECTORIES];
      if (path.startsWith("/viewer/rows") && set?.viewer !== undefined)
        hub.datasets[TRAJECTORIES] = { ...set, viewer: { ...set.viewer, commit: "t2" } };
      return null;
    },
  });
  const root = project(hub, { read: "viewer" });
  await expect(run(root)).rejects.toThrow(
    "the viewer no longer shows rows of o/trajectories at commit t1",
  );
});

test("a pull request that the viewer cuts short is read from its row group", async () => {
  const sets = await hubSets({ pages: true, viewer: true });
  const pulls = sets[PULLS];
  if (pulls?.viewer === undefined) throw new Error("no set");
  const truncated = (): readonly string[] => ["patch"];
  const hub = await testHub({
    ...sets,
    [PULLS]: { ...pulls, viewer: { ...pulls.viewer, truncated } },
  });
  const root = project(hub, { count: 5 });
  expect(await run(root)).toMatchObject({ kept: 5 });
  const [first] = await drawn(root, 5);
  const record = readFileSync(join(root, `commit/${first?.instance_id}.json`), "utf8");
  expect(record).toContain(`a${Number(first?.instance_id.split("-")[1])}.py`);
});
