import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { prompt } from "../../src/stages/prompt.ts";
import { openStore } from "../../src/io/store.ts";
import { promptFileSchema } from "../../src/records/prompt.ts";
import { sourceStateSchema } from "../../src/records/source.ts";
import { silentProgress } from "../support/chat.ts";
import { testHub } from "../support/hub.ts";
import { writeGrouped } from "../support/parquet.ts";
import { tempProject } from "../support/project.ts";

/** A run of so many turns; results and another user's words stand between them. */
function runOf(id: string, turns: number): Record<string, unknown> {
  const says = (role: string, content: string) => ({ role, content });
  const steps = Array.from({ length: turns }, (_, turn) => [
    says("assistant", `THOUGHT: look\n\n\`\`\`bash\nls ${id} ${turn}\n\`\`\``),
    says("user", `out ${turn}`),
  ]).flat();
  return { instance_id: id, repo: "o/n", patch: "x", messages: [says("user", id), ...steps] };
}

const RUNS = [4, 1, 0, 6, 3].map((turns, n) => runOf(`o__n-${n}`, turns));

type Keys = { readonly count?: number } & Readonly<Record<string, unknown>>;

async function drawn({ count = 40, ...keys }: Keys, runs = RUNS) {
  const lines = Object.entries({ spread: "every-turn", count, per_file: 200, ...keys });
  const root = tempProject({
    "t.jsonl": runs.map((row) => JSON.stringify(row)).join("\n"),
    "chain.toml": `[source]\nprs = "t.jsonl"\n${lines.map(([key, value]) => `${key} = ${JSON.stringify(value)}`).join("\n")}\n`,
  });
  const store = openStore(root);
  const go = (limit?: number) =>
    prompt(
      loadConfig(root, {}),
      { store, progress: silentProgress },
      { force: false, retry: false, skipBad: false, ...(limit === undefined ? {} : { limit }) },
    );
  const turns = async (): Promise<string[]> =>
    (await store.read(`prompt/prompts_${count}_001.json`, promptFileSchema)).map(
      ({ instance_id, turn }) => `${instance_id}/${turn}`,
    );
  return { root, store, go, turns };
}

/** How many turns stand behind one another of a run, from its first one on. */
function runsIn(turns: readonly string[]): Record<string, number> {
  const found: Record<string, number> = {};
  let last = "";
  for (const turn of turns) {
    const [id = "", n] = turn.split("/");
    if (id !== last) expect([id in found, n]).toEqual([false, "0"]);
    expect(Number(n)).toBe(found[id] ?? 0);
    found[id] = (found[id] ?? 0) + 1;
    last = id;
  }
  return found;
}

test("every eligible turn of each run is drawn, in order, with one run an instance", async () => {
  const { go, turns } = await drawn({ trajectories: "t.jsonl" });
  const summary = await go();
  expect(summary).toMatchObject({ read: 14, kept: 14, dropped: {} });
  expect(summary.notes.join("\n")).toContain(
    "spread = every-turn: all turns of each drawn run, in their order; turns of a run are not independent; 1 drawn row had none",
  );
  expect(runsIn(await turns())).toEqual({ "o__n-0": 4, "o__n-1": 1, "o__n-3": 6, "o__n-4": 3 });
});

test("shares count runs: of two runs of an instance one is drawn whole, of a repository as many as set", async () => {
  const twice = [...RUNS, { ...runOf("again", 5), instance_id: "o__n-3" }];
  const one = await drawn({ trajectories: "t.jsonl" }, twice);
  const { dropped } = await one.go();
  const found = runsIn(await one.turns());
  expect([found["o__n-3"], dropped]).toEqual(
    found["o__n-3"] === 6 ? [6, { instance_full: 5 }] : [5, { instance_full: 6 }],
  );
  const two = await drawn({ trajectories: "t.jsonl", max_per_repo: 2 });
  await two.go();
  expect(Object.keys(runsIn(await two.turns()))).toHaveLength(2);
});

test("count ends the draw, within a run as well, and that is said; a longer draw goes on there", async () => {
  const { go, store, turns } = await drawn({ trajectories: "t.jsonl", max_turn: 5, count: 8 });
  const short = await go(7);
  const first = await turns();
  await go();
  const all = await turns();
  expect([first.length, all.length, all.slice(0, 7)]).toEqual([7, 8, first]);
  const cut = [short, await store.read("report/source.json", sourceStateSchema)].map(({ notes }) =>
    Number(/but for (\d+) of the last run/.exec(notes.join("\n"))?.[1] ?? 0),
  );
  const whole = { "o__n-0": 4, "o__n-1": 1, "o__n-3": 5, "o__n-4": 3 } as const;
  const lefts = [first, all].map((some) => {
    const [id, n] = Object.entries(runsIn(some)).at(-1) ?? ["", 0];
    return whole[id as keyof typeof whole] - n;
  });
  expect(cut).toEqual(lefts);
  expect(Math.max(...cut)).toBeGreaterThan(0);
});

test("a Hub's set gives the same turns as its files: the column that names the speakers is read", async () => {
  const { root, go, turns } = await drawn({ trajectories: "t.jsonl" });
  await go();
  const near = await turns();
  const local = join(root, "t.parquet");
  await writeGrouped(local, RUNS, { groupRows: 2 });
  const hub = await testHub({
    "o/runs": { refs: { main: "t1" }, commits: { t1: { "train.parquet": { local } } } },
  });
  const far = await drawn({ trajectories: "o/runs", viewer_url: hub.viewerUrl });
  writeFileSync(join(far.root, ".env"), `HF_ENDPOINT=${hub.url}\nHF_TOKEN=hf_test\n`);
  await far.go();
  expect(await far.turns()).toEqual(near);
});

test("rows without a turn are told as rows", async () => {
  const { go } = await drawn({ trajectories: "t.jsonl" }, [runOf("a", 0), runOf("b", 0)]);
  await expect(go()).rejects.toThrow("prompt: none of 2 rows has a turn that may be drawn");
});
