import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { confirmSpending, type Terminal } from "../../src/command/confirm.ts";
import { parseConfig, type Config } from "../../src/config.ts";
import { openStore, type Store } from "../../src/io/store.ts";
import { estimate } from "../../src/stages/estimate.ts";
import { batchProject, BY_FILE, requestsOf, runKing } from "../support/batch-king.ts";
import { snapshot, tempProject } from "../support/project.ts";
import { runScriptFile } from "../support/scripts.ts";

const messages = [{ role: "user", content: "Fix it. ".repeat(500) }];
const prompt = (id: string): object => ({
  instance_id: id,
  repo: "r",
  turn: 0,
  messages,
  assistant: "a",
  origin: { dataset: null, revision: null, file: null, row: null },
});
const PRICES = `
[judge]
models = ["j1", "j2"]
thinking_models = []
[provider.chutes.price."moonshotai/Kimi-K2.6-TEE"]
input = 100.0
output = 1000.0
[provider.chutes.price.j1]
input = 100.0
output = 1000.0
[provider.chutes.price.j2]
input = 100.0
output = 1000.0
`;

function workspace(toml: string): { config: Config; store: Store; root: string } {
  const root = tempProject({
    "prompt/prompts_3_001.json": [prompt("a"), prompt("b"), prompt("c")],
    "commit/a.json": { instance_id: "a", repo: "r", patch: "+x" },
    "commit/b.json": { instance_id: "b", repo: "r", patch: "+x" },
    "commit/c.json": { instance_id: "c", repo: "r", patch: "+x" },
    "answer/prompts_3_001_1.json": {
      instance_id: "a",
      king: "k",
      challenger: "c",
      assistant: "a",
      messages,
    },
    "answer/by_hand_1.json": {
      instance_id: "a",
      king: "k",
      challenger: "",
      assistant: "a",
      messages,
    },
  });
  return {
    config: { ...parseConfig(toml, "chain.toml"), root, env: {} },
    store: openStore(root),
    root,
  };
}

const terminal = (said: string): Terminal & { readonly asked: string[] } => {
  const asked: string[] = [];
  return {
    asked,
    isTTY: true,
    async ask(text) {
      asked.push(text);
      return said;
    },
  };
};

test("the estimate counts what is missing by stage and model, answers made by hand included, and writes nothing", async () => {
  const { config, store, root } = workspace(PRICES);
  const before = snapshot(root);
  const rows = await estimate(config, store, {});
  expect(rows.map((row) => [row.stage, row.model, row.calls, row.most_calls])).toEqual([
    ["king", "moonshotai/Kimi-K2.6-TEE", 2, 6],
    ["challenger", "moonshotai/Kimi-K2.6-TEE", 3, 15],
    ["validate", "j1", 8, 24],
    ["validate", "j2", 8, 24],
  ]);
  expect(snapshot(root)).toEqual(before);
  expect((await estimate(config, store, { only: "by_hand_*" })).map(({ calls }) => calls)).toEqual([
    1, 2, 2,
  ]);
});

test("a stage that may cost more than the limit asks on a terminal, and no means that nothing is spent", async () => {
  const world = workspace(PRICES);
  const no = terminal("n");
  await expect(confirmSpending("king", world, { yes: false }, no)).rejects.toMatchObject({
    message: "king: not started, nothing was spent",
    hint: "answer y, or use --yes; [budget].ask_over_usd sets from when on it asks",
  });
  expect(no.asked[0]).toMatch(/king may cost up to \$7\.\d\d\. Go on\? \[y\/N\] $/);
  await confirmSpending("king", world, { yes: false }, terminal("Y"));
});

test.each([
  ["with --yes", PRICES, "king", true, true],
  ["without a terminal", PRICES, "king", false, false],
  ["below the limit", `${PRICES}[budget]\nask_over_usd = 50.0`, "king", false, true],
  ["where no price is known", "", "king", false, true],
  ["for a stage that asks no model", PRICES, "report", false, true],
])("nobody is asked %s", async (_name, toml, stage, yes, isTTY) => {
  const asking = { ...terminal("n"), isTTY };
  await confirmSpending(stage, workspace(toml), { yes }, asking);
  expect(asking.asked).toEqual([]);
});

test("what is out in request files is booked already, and only attempts behind it are still to ask", async () => {
  const root = batchProject(3);
  const { store, config } = {
    store: openStore(root),
    config: { ...parseConfig(BY_FILE, "chain.toml"), root, env: {} },
  };
  const counted = async () =>
    (await estimate(config, store, {}))
      .filter(({ stage }) => stage === "king")
      .map(({ calls, most_calls, usd }) => [calls, most_calls, usd]);
  const [before] = await counted();
  expect(before).toEqual([3, 9, expect.any(Number)]);
  await runKing(root);
  writeFileSync(join(root, "chain.toml"), BY_FILE);
  expect(requestsOf(root, 1)).toHaveLength(3);
  expect(await counted()).toEqual([[0, 6, 0]]);
  const { stdout } = await runScriptFile("estimate", ["--root", root, "--json"]);
  expect(JSON.parse(stdout)).toMatchObject({ out: [{ stage: "king", items: 3 }] });
});

test("--engine says who would ask: a batch at its share of the price", async () => {
  const { root } = workspace("");
  const toml = `${PRICES}batch = 0.5\n[engine]\nonline_below = 0\n`;
  writeFileSync(join(root, "chain.toml"), toml);
  const usdOf = async (flags: readonly string[]): Promise<number[]> => {
    const { stdout } = await runScriptFile("estimate", ["--root", root, "--json", ...flags]);
    return (JSON.parse(stdout) as { rows: { usd: number }[] }).rows.map(({ usd }) => usd);
  };
  const [full, half] = [await usdOf([]), await usdOf(["--engine", "batch"])];
  // j2 alone has a share for batches.
  expect(half).toEqual([...full.slice(0, -1), (full.at(-1) ?? 0) / 2]);
});
