import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadConfig, type Config } from "../../src/config.ts";
import { openLocal } from "../../src/io/source/local.ts";
import type { RawRow, RowSource } from "../../src/io/source/types.ts";
import { openStore } from "../../src/io/store.ts";
import { promptFileSchema, type Prompt } from "../../src/records/prompt.ts";
import { drawTurns } from "../../src/drawing/draw.ts";
import { prompt } from "../../src/stages/prompt.ts";
import { openVoices } from "../../src/drawing/voices.ts";
import type { StageSummary } from "../../src/work.ts";
import { silentProgress } from "../support/chat.ts";
import { testHub } from "../support/hub.ts";
import { hubSets, PULLS, rolloutRow, TRAJECTORIES, type SetOptions } from "../support/hub-sets.ts";
import { writeGrouped, writePaged } from "../support/parquet.ts";
import { tempProject } from "../support/project.ts";

const chain = (keys: Record<string, unknown>): string =>
  `[source]\n${Object.entries(keys)
    .map(([key, value]) => `${key} = ${JSON.stringify(value)}`)
    .join("\n")}\n`;

function run(root: string): Promise<StageSummary> {
  return prompt(
    loadConfig(root, {}),
    { store: openStore(root), progress: silentProgress },
    { force: false, retry: false, skipBad: false },
  );
}

const KEYS = { prs: PULLS, spread: "turns", count: 30, max_per_instance: 0 };

/** Draws from a loopback Hub, or from the local files of the same sets. */
async function draw(
  sets: SetOptions,
  source: Record<string, unknown>,
  trajectories?: (paths: readonly string[], folder: string) => unknown,
): Promise<{ prompts: Prompt[]; summary: StageSummary }> {
  const datasets = await hubSets(sets);
  const hub = await testHub(datasets);
  const root = tempProject({ ".env": `HF_ENDPOINT=${hub.url}\nHF_TOKEN=hf_test\n` });
  const files = Object.values(datasets[TRAJECTORIES]?.commits["t1"] ?? {});
  const paths = files.map((file) => (file as { local: string }).local);
  const keys = {
    ...KEYS,
    trajectories: trajectories?.(paths, root) ?? TRAJECTORIES,
    viewer_url: hub.viewerUrl,
    ...source,
  };
  writeFileSync(join(root, "chain.toml"), chain(keys));
  const summary = await run(root);
  const prompts = await openStore(root).read("prompt/prompts_30_001.json", promptFileSchema);
  return { prompts, summary };
}

const plain = (prompts: readonly Prompt[]): unknown[] =>
  prompts.map(({ instance_id, turn, assistant, messages }) => [
    instance_id,
    turn,
    assistant,
    messages,
  ]);

const asLines = (_paths: readonly string[], folder: string): string[] => {
  mkdirSync(join(folder, "runs"));
  const lines = (from: number, count: number): string =>
    Array.from({ length: count }, (_, n) => JSON.stringify(rolloutRow(from + n))).join("\n");
  writeFileSync(join(folder, "runs/0.jsonl"), lines(0, 300));
  writeFileSync(join(folder, "runs/1.jsonl"), lines(300, 200));
  return ["runs/0.jsonl", "runs/1.jsonl"];
};

test("every way of reading gives the same turns, local Parquet and JSON Lines as well", async () => {
  const byPages = await draw({ pages: true, viewer: true }, { read: "pages" });
  const others = [
    await draw({ pages: true, viewer: true }, { read: "viewer" }),
    await draw({ pages: false }, { read: "groups" }),
    await draw({ pages: true }, {}, (paths) => paths),
    await draw({ pages: false }, {}, (paths) => paths),
    await draw({ pages: true }, {}, asLines),
  ];
  expect(byPages.summary).toMatchObject({ read: 30, kept: 30, dropped: {} });
  expect(byPages.summary.notes.join("\n")).toMatch(
    /spread = turns: every turn of the split is as likely as any other, so that long runs give more of them; of the messages drawn \d+ were no turn/,
  );
  for (const other of others) expect(plain(other.prompts)).toEqual(plain(byPages.prompts));
  for (const { assistant, turn, origin } of byPages.prompts) {
    const row = (origin.row ?? 0) + (origin.file === "data/train-00001.parquet" ? 300 : 0);
    expect(assistant).toBe(`row ${row} turn ${turn}\n\n\`\`\`bash\nls ${turn}\n\`\`\``);
  }
});

const say = (role: string | null, content: string): object => ({ role, content });
/** Lists of every kind: long, none, empty, of a null role, and said by nobody but others. */
const odd = [
  { instance_id: "a__a-1", messages: [say("user", "u"), say("assistant", "a")] },
  { instance_id: "a__a-2", messages: null },
  { instance_id: "a__a-3", messages: [] },
  { instance_id: "a__a-4", messages: [say(null, "n"), say("assistant", "a")] },
  { instance_id: "a__a-5", messages: [say("user", "only")] },
];

test("null and empty lists are one place each, in footers as in a pass over the rows", async () => {
  const folder = tempProject({ "a.jsonl": odd.map((row) => JSON.stringify(row)).join("\n") });
  await writeGrouped(join(folder, "a.parquet"), odd, { groupRows: 2048 });
  await writePaged(join(folder, "b.parquet"), 5, (n) => odd[n] as never, {
    groupRows: 3,
    codec: "UNCOMPRESSED",
  });
  const open = (pattern: string): Promise<RowSource> =>
    openLocal({ root: folder, pattern, key: "x" }, { skipBad: false });
  const voices = await openVoices(await open("a.parquet"), "turns");
  expect(voices.files).toMatchObject([{ rows: [5], places: [7] }]);
  const group = { file: 0, group: 0, firstRow: 0, start: 0, end: 7 };
  expect(await voices.of([group])).toEqual([["oa", "", "", "oa", "o"]]);
  const paged = await openVoices(await open("b.parquet"), "turns");
  expect(paged.files).toMatchObject([{ rows: [3, 2], places: [4, 3] }]);
  expect(await paged.of([group, { ...group, group: 1 }])).toEqual([
    ["oa", "", ""],
    ["oa", "o"],
  ]);
  const passed = await openVoices(await open("a.jsonl"), "turns");
  // A message without a role makes the whole row unreadable: it has no turn to be drawn.
  expect(passed.files).toMatchObject([{ rows: [5], places: [6] }]);
});

test("a conversation of two columns names its speakers in one of them, near and far", async () => {
  const rows = Array.from({ length: 30 }, (_, n) => ({
    id: `o__n-${n}`,
    conversations: {
      from: ["human", ...Array.from({ length: n % 3 }, () => ["gpt", "tool"]).flat()],
      value: ["q", ...Array.from({ length: n % 3 }, (_of, k) => [`answer ${k}`, "out"]).flat()],
    },
  }));
  const local = join(tempProject(), "t.parquet");
  await writeGrouped(local, rows, { groupRows: 2048 });
  const hub = await testHub({
    "o/bench": { refs: { main: "b1" }, commits: { b1: { "train.parquet": { local } } } },
  });
  const drawn = async (trajectories: string): Promise<unknown[]> => {
    const root = tempProject({
      "chain.toml": chain({ ...KEYS, trajectories, prs: "p.jsonl" }),
      "p.jsonl": rows
        .map(({ id }) => JSON.stringify({ instance_id: id, repo: "o/n", patch: "x" }))
        .join("\n"),
      ".env": `HF_ENDPOINT=${hub.url}\n`,
    });
    // Ten rows of one turn and ten of two.
    expect(await run(root)).toMatchObject({ read: 30, kept: 30 });
    return plain(await openStore(root).read("prompt/prompts_30_001.json", promptFileSchema));
  };
  expect(await drawn("o/bench")).toEqual(await drawn(local));
});

/** Rows of 1 to 9 turns in memory, two row groups, with the footer's counts. */
function skewed(over: { readonly placesOff?: number } = {}): RowSource {
  const rows: RawRow[] = Array.from({ length: 9 }, (_, n) => ({
    instance_id: `a__a-${n}`,
    messages: [
      say("system", "s"),
      ...Array.from({ length: n + 1 }, (_of, turn) => [
        say("user", `u${turn}`),
        say("assistant", `a${turn}`),
      ]).flat(),
    ],
  }));
  const countsOf = (of: readonly RawRow[]): number =>
    of.reduce((sum, row) => sum + (row["messages"] as unknown[]).length, over.placesOff ?? 0);
  const groups = [rows.slice(0, 4), rows.slice(4)];
  const counts = new Map([["messages.list.element.role", groups.map(countsOf)]]);
  return {
    files: [
      {
        dataset: "d",
        revision: null,
        name: "f",
        rows: 9,
        groupRows: [4, 5],
        columns: ["instance_id", "messages"],
        badLines: 0,
        isFar: false,
      },
    ],
    read: async (at) => at.map(({ row }) => ({ ok: true, row: rows[row] ?? {} })),
    readTexts: async () => [],
    rowNumber: ({ row }) => row,
    leavesOf: () => ({
      counts,
      read: async (_leaf, group) => (groups[group] ?? []).map((row) => row["messages"]),
    }),
  };
}

const settingsOf = (spread: string, seed: number): Config["source"] => ({
  ...loadConfig(tempProject({ "chain.toml": chain({ spread, max_turn: 8 }) }), {}).source,
  seed,
  max_per_instance: 0,
});

/** How often each of the 44 turns below max_turn is the first or the second one drawn. */
async function firstTurns(spread: string, seeds: number): Promise<number[]> {
  const settings = settingsOf(spread, 0);
  const cells = new Map<string, number>();
  for (let row = 0; row < 9; row++)
    for (let turn = 0; turn < Math.min(8, row + 1); turn++) cells.set(`a__a-${row}/${turn}`, 0);
  for (let seed = 0; seed < seeds; seed++) {
    const { kept } = await drawTurns({ ...settings, seed }, "trajectory", 2, {
      source: skewed(),
      prs: { find: async (ids) => new Map(ids.map((id) => [id, { instance_id: id, patch: "" }])) },
      gauges: { countTokens: null },
      style: "auto",
      hidden: "pr",
      onKept: async (candidate) => candidate,
    });
    for (const { instance_id, turn } of kept) {
      const key = `${instance_id}/${turn}`;
      cells.set(key, (cells.get(key) ?? NaN) + 1);
    }
  }
  return [...cells.values()];
}

const chiSquare = (cells: readonly number[]): number => {
  const expected = cells.reduce((sum, n) => sum + n, 0) / cells.length;
  return cells.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
};

// 43 degrees of freedom: 77.4 is passed by chance once in a thousand.
test("all turns of a skewed set are equally likely: chi-square over 2,000 seeds", async () => {
  const cells = await firstTurns("turns", 2000);
  expect(cells).toHaveLength(44);
  expect(chiSquare(cells)).toBeLessThan(77.4);
});

test("spread rows is not uniform over turns: the same statistic finds it", async () => {
  expect(chiSquare(await firstTurns("rows", 2000))).toBeGreaterThan(1000);
});

test("a turn is drawn once, and all of them when as many are asked for", async () => {
  const { kept, passed, dropped } = await drawTurns(settingsOf("turns", 3), "trajectory", 60, {
    source: skewed(),
    prs: { find: async (ids) => new Map(ids.map((id) => [id, { instance_id: id, patch: "" }])) },
    gauges: { countTokens: null },
    style: "auto",
    hidden: "pr",
    onKept: async (candidate) => candidate,
  });
  expect(new Set(kept.map(({ instance_id, turn }) => `${instance_id}/${turn}`)).size).toBe(44);
  expect([kept.length, dropped]).toEqual([44, {}]);
  // Of 99 messages 44 are turns.
  expect(passed).toBe(99 - 44);
});

test("a footer that counts other than the pages hold is an error with both numbers", async () => {
  const source = skewed({ placesOff: 1 });
  const voices = await openVoices(source, "turns");
  const group = { file: 0, group: 0, firstRow: 0, start: 0, end: 25 };
  await expect(voices.of([group])).rejects.toThrow(
    "f: row group 0 holds 24 values of messages.list.element.role, its footer counts 25",
  );
});

test("messages in a JSON text have no role column: far ones are refused, near ones passed over", async () => {
  const rows = Array.from({ length: 40 }, (_, n) => {
    const row = rolloutRow(n);
    return { ...row, messages: JSON.stringify(row.messages) };
  });
  const local = join(tempProject(), "t.parquet");
  await writeGrouped(local, rows, { groupRows: 2048 });
  const sets = await hubSets({ pages: true });
  const hub = await testHub({
    ...sets,
    [TRAJECTORIES]: { refs: { main: "t1" }, commits: { t1: { "train.parquet": { local } } } },
  });
  const workspace = (trajectories: string): string =>
    tempProject({
      "chain.toml": chain({
        ...KEYS,
        trajectories,
        viewer_url: hub.viewerUrl,
        count: 5,
        max_read_mb: 100,
      }),
      ".env": `HF_ENDPOINT=${hub.url}\nHF_TOKEN=hf_test\n`,
    });
  await expect(run(workspace(TRAJECTORIES))).rejects.toThrow(
    'spread = "turns" cannot be drawn from o/trajectories: train.parquet has no single column that says who speaks in messages; it has instance_id, repo, exit_status, messages',
  );
  expect(await run(workspace(local))).toMatchObject({ read: 5, kept: 5 });
});

test("files that call their conversation otherwise are drawn from side by side, Parquet as well", async () => {
  const root = tempProject({
    "chain.toml": chain({ trajectories: "*.parquet", prs: "p.jsonl", spread: "turns", count: 30 }),
    "p.jsonl": ["o__a-1", "o__b-2"]
      .map((id) => JSON.stringify({ instance_id: id, repo: "o/n", patch: "x" }))
      .join("\n"),
  });
  const said = { user: "q", assistant: "answer" };
  const a = Object.entries(said).map(([role, content]) => ({ role, content }));
  const b = Object.entries(said).map(([from, value]) => ({ from, value }));
  const layout = { groupRows: 2048 };
  await writeGrouped(join(root, "a.parquet"), [{ instance_id: "o__a-1", messages: a }], layout);
  await writeGrouped(join(root, "b.parquet"), [{ id: "o__b-2", conversations: b }], layout);
  expect(await run(root)).toMatchObject({ read: 2, kept: 2 });
});

test("without a single turn the messages that were looked at are counted", async () => {
  const row = { instance_id: "a__a-1", messages: [say("user", "u"), say("user", "v")] };
  const root = tempProject({
    "chain.toml": chain({ trajectories: "t.jsonl", prs: "t.jsonl", spread: "turns" }),
    "t.jsonl": JSON.stringify({ ...row, repo: "a/a", patch: "x" }),
  });
  await expect(run(root)).rejects.toThrow(
    "prompt: none of 2 messages is a turn that may be drawn: an agent's, with a history before it, below [source].max_turn",
  );
});

test("far rows are not refused by a peek at how they ended where that stands in a wide column", async () => {
  const source = skewed();
  const asked: (readonly string[] | undefined)[] = [];
  const far = (columns: readonly string[]): RowSource => ({
    ...source,
    files: source.files.map((file) => ({ ...file, columns, isFar: true })),
    async read(at, own) {
      const rows = await source.read(at, own);
      return rows.map((read) => ({
        ok: true,
        row: { ...(read.ok ? read.row : {}), info: { exit_status: "Submitted" } },
      }));
    },
    async peek(at, own) {
      asked.push(own);
      return source.read(at, own);
    },
  });
  const settings = { ...settingsOf("rows", 1), exit_status: ["Submitted"] };
  const kept = async (columns: readonly string[]): Promise<number> => {
    const drawn = await drawTurns(settings, "trajectory", 3, {
      source: far(columns),
      prs: { find: async (ids) => new Map(ids.map((id) => [id, { instance_id: id, patch: "" }])) },
      gauges: { countTokens: null },
      style: "auto",
      hidden: "pr",
      onKept: async (candidate) => candidate,
    });
    return drawn.kept.length;
  };
  expect(await kept(["instance_id", "messages", "info", "exit_status"])).toBe(3);
  expect(asked).toEqual([]);
  expect(await kept(["instance_id", "messages", "exit_status"])).toBe(0);
});
