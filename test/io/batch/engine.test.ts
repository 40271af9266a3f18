import { existsSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { exitCodeOf, summaryLines } from "../../../src/command/cli.ts";
import { loopToml } from "../../support/client.ts";
import { startLlmServer } from "../../support/llm-server.ts";
import {
  BY_FILE,
  batchProject,
  GOOD,
  good,
  ledgerOf,
  linesOf,
  requestsOf,
  runKing,
  taskOf,
  tomlOf,
  writeResults,
  type Request,
} from "../../support/batch-king.ts";

const answersIn = (root: string): string[] =>
  existsSync(join(root, "answer"))
    ? readdirSync(join(root, "answer"))
        .filter((name) => name.endsWith(".json"))
        .sort()
    : [];

test("requests go out in the batch format under 40 hex, with a map beside them, and the stage ends with 2", async () => {
  const root = batchProject(3);
  const summary = await runKing(root);
  const requests = requestsOf(root, 1);
  expect(requests.map(taskOf)).toEqual([1, 2, 3]);
  for (const { custom_id, method, url, body } of requests) {
    expect(custom_id).toMatch(/^[0-9a-f]{40}$/);
    expect([method, url, body.model]).toEqual(["POST", "/v1/chat/completions", "m"]);
  }
  const [head, ...entries] = linesOf(join(root, "engine/king/map-1.jsonl"));
  expect(head).toMatchObject({ requests: 1, stage: "king", provider: "p", model: "m" });
  expect(entries[0]).toMatchObject({ key: "king/prompts_1_001_1.json/1" });
  expect(exitCodeOf(summary)).toBe(2);
  expect(summary).toMatchObject({ kept: 0, pending: 3, requests: 0, stopped: { why: "engine" } });
  const said = summaryLines(summary).join("\n");
  expect(said).toContain("3 items wait for results of requests-1.jsonl in engine/king/");
  expect(said).toContain("vllm run-batch -i engine/king/requests-1.jsonl");
  expect(said).toContain("when they are complete");
  expect(said).not.toContain("stopped early");
});

test("the budget is reserved when requests are written, under an id for every call", async () => {
  const root = batchProject(3);
  await runKing(root);
  const lines = ledgerOf(root);
  expect(lines.map(({ event, engine }) => [event, engine])).toEqual(
    Array.from({ length: 3 }, () => ["intent", "batch-file"]),
  );
  expect(new Set(lines.map(({ id }) => id)).size).toBe(3);
  expect(lines.every(({ usd }) => (usd ?? 0) > 0)).toBe(true);
  const reserved = lines.reduce((sum, { usd }) => sum + (usd ?? 0), 0);
  const poor = batchProject(3);
  const toml = tomlOf(
    'name = "batch-file"\nonline_below = 0',
    `[budget]\nmax_usd = ${(reserved * 0.7).toFixed(6)}`,
  );
  const summary = await runKing(poor, toml);
  expect(requestsOf(poor, 1)).toHaveLength(2);
  expect(summary.stopped?.message).toContain("leaves no room for another call");
  expect(exitCodeOf(summary)).toBe(2);
});

test("a run without results asks nothing again", async () => {
  const root = batchProject(3);
  await runKing(root);
  const before = readFileSync(join(root, "engine/king/requests-1.jsonl"), "utf8");
  const summary = await runKing(root);
  expect(summary).toMatchObject({ pending: 3 });
  expect(readdirSync(join(root, "engine/king")).sort()).toEqual([
    "map-1.jsonl",
    "requests-1.jsonl",
  ]);
  expect(readFileSync(join(root, "engine/king/requests-1.jsonl"), "utf8")).toBe(before);
  expect(ledgerOf(root)).toHaveLength(3);
});

test("results in any order and twice are filed once, and booked once under the id of the asking", async () => {
  const root = batchProject(3);
  await runKing(root);
  const lines = requestsOf(root, 1)
    .map((request) => good(request))
    .reverse();
  writeResults(root, "results-b.jsonl", lines);
  writeResults(root, "results-a.jsonl", [...lines, ...lines]);
  const summary = await runKing(root);
  expect(summary).toMatchObject({ kept: 3, pending: 0, requests: 3, stopped: null });
  expect(answersIn(root)).toHaveLength(3);
  const ledger = ledgerOf(root);
  const asked = ledger.filter(({ event }) => event === "intent").map(({ id }) => id);
  const ended = ledger.filter(({ event }) => event === "outcome");
  expect(ended.map(({ id }) => id).sort()).toEqual(asked.sort());
  expect(ended.every(({ outcome, tokens_in }) => outcome === "ok" && tokens_in === 10)).toBe(true);
  await runKing(root);
  expect(ledgerOf(root)).toEqual(ledger);
});

const bad: Readonly<Record<string, (request: Request) => object>> = {
  "an error as text": ({ custom_id }) => ({ custom_id, response: null, error: "boom" }),
  "an error as object": ({ custom_id }) => ({
    custom_id,
    response: null,
    error: { message: "boom" },
  }),
  "a nested error": ({ custom_id }) => ({
    custom_id,
    response: { status_code: 400, request_id: "r", body: null },
    error: { error: { message: "boom", type: "BadRequest", param: null, code: 400 } },
  }),
  "an error of null beside a status": ({ custom_id }) => ({
    custom_id,
    response: { status_code: 500, request_id: "r", body: { error: { message: "boom" } } },
    error: null,
  }),
  "a status without a body": ({ custom_id }) => ({
    custom_id,
    response: { status_code: 503, body: null },
    error: null,
  }),
  "a 200 that carries an error": ({ custom_id }) => ({
    custom_id,
    response: { status_code: 200, body: { error: { message: "boom" } } },
    error: null,
  }),
  "a 200 without choices": ({ custom_id }) => ({
    custom_id,
    response: { status_code: 200, body: { id: "c" } },
    error: null,
  }),
  "neither response nor error": ({ custom_id }) => ({ custom_id, response: null, error: null }),
};

test.each(Object.entries(bad))(
  "%s is asked again in the next file, in the run that finds it, and once",
  async (_name, line) => {
    const root = batchProject(4);
    await runKing(root);
    const [first, second, third, last] = requestsOf(root, 1);
    if (first === undefined || second === undefined || third === undefined || last === undefined)
      throw new Error("four requests");
    // The last one is missing altogether.
    writeResults(root, "results-1.jsonl", [good(third), line(second), good(first)]);
    expect(await runKing(root)).toMatchObject({ kept: 2, pending: 2, stopped: { why: "engine" } });
    expect(requestsOf(root, 2).map(taskOf)).toEqual([2, 4]);
    expect(requestsOf(root, 2).map(({ custom_id }) => custom_id)).toEqual([
      second.custom_id,
      last.custom_id,
    ]);
    for (let again = 0; again < 2; again++) {
      expect(await runKing(root)).toMatchObject({ kept: 2, pending: 2 });
      expect(requestsOf(root, 3)).toEqual([]);
    }
    writeResults(root, "results-2.jsonl", [line(second), good(last)]);
    expect(await runKing(root)).toMatchObject({ kept: 3, pending: 1 });
    expect(requestsOf(root, 3).map(taskOf)).toEqual([2]);
    writeResults(
      root,
      "results-3.jsonl",
      requestsOf(root, 3).map((request) => good(request)),
    );
    expect(await runKing(root)).toMatchObject({ kept: 4, pending: 0, stopped: null });
    const open = ledgerOf(root).filter(({ event }) => event === "intent").length;
    expect(ledgerOf(root).filter(({ event }) => event === "outcome")).toHaveLength(open);
  },
);

test("an error neither before nor after a 200 replaces it, in one file or in two", async () => {
  const root = batchProject(2);
  await runKing(root);
  const [first, second] = requestsOf(root, 1);
  if (first === undefined || second === undefined) throw new Error("two requests");
  const error = ({ custom_id }: Request): object => ({ custom_id, error: "boom" });
  writeResults(root, "results.jsonl", [error(first), good(first), good(second)]);
  writeResults(root, "results-errors.jsonl", [error(second), error(first)]);
  expect(await runKing(root)).toMatchObject({ kept: 2, pending: 0 });
});

test("of two replies to one request the first counts", async () => {
  const root = batchProject(1);
  await runKing(root);
  const [one] = requestsOf(root, 1);
  if (one === undefined) throw new Error("one request");
  writeResults(root, "results-1.jsonl", [
    good(one),
    good(one, GOOD.replace("setup.py", "other.py")),
  ]);
  await runKing(root);
  const answer = readFileSync(join(root, "answer/prompts_1_001_1.json"), "utf8");
  expect(answer).toContain("cat setup.py");
});

test("a call without a word is booked as unknown at its estimated price, and said", async () => {
  const root = batchProject(2);
  await runKing(root);
  const [one] = requestsOf(root, 1);
  if (one === undefined) throw new Error("a request");
  writeResults(root, "results-1.jsonl", [good(one)]);
  const summary = await runKing(root);
  expect(summary.notes.join("\n")).toContain(
    "1 calls without a word: booked as unknown, at their estimated price",
  );
  const lost = ledgerOf(root).find(({ outcome }) => outcome === "unknown");
  const intent = ledgerOf(root).find(({ id, event }) => id === lost?.id && event === "intent");
  expect(lost?.usd).toBe(intent?.usd);
});

test("a results file that is copied or put in the place of the last one asks nothing twice", async () => {
  const root = batchProject(3);
  await runKing(root);
  const [first, second, third] = requestsOf(root, 1);
  if (first === undefined || second === undefined || third === undefined) throw new Error("three");
  const error = ({ custom_id }: Request): object => ({ custom_id, error: "boom" });
  const lines = [good(first), error(second), error(third)];
  writeResults(root, "results.jsonl", lines);
  await runKing(root);
  writeResults(root, "results-copy.jsonl", lines);
  expect(await runKing(root)).toMatchObject({ kept: 1, pending: 2 });
  expect(requestsOf(root, 3)).toEqual([]);
  writeResults(root, "results.jsonl", [error(second), good(third)]);
  await runKing(root);
  expect(requestsOf(root, 3).map(taskOf)).toEqual([2]);
});

test("results of another workspace, torn lines and lines without a name are counted and said", async () => {
  const root = batchProject(1);
  await runKing(root);
  const [one] = requestsOf(root, 1);
  if (one === undefined) throw new Error("a request");
  const other = { ...one, custom_id: "f".repeat(40) };
  writeResults(root, "results-1.jsonl", [good(other), good(one), '{"custom_id": "to']);
  const summary = await runKing(root);
  expect(summary).toMatchObject({ kept: 1, pending: 0 });
  const said = summary.notes.join("\n");
  expect(said).toContain("engine/king/results-1.jsonl: 1 lines answer nothing that was asked here");
  expect(said).toContain(
    "engine/king/results-1.jsonl: 1 lines are no result lines, or were cut off",
  );
});

test("a changed setting is another question: the old result does not fit it", async () => {
  const root = batchProject(1);
  await runKing(root);
  const [one] = requestsOf(root, 1);
  if (one === undefined) throw new Error("a request");
  writeResults(root, "results-1.jsonl", [good(one)]);
  const toml = BY_FILE.replace('model = "m"', 'model = "m"\ntemperature = 0.5');
  expect(await runKing(root, toml)).toMatchObject({ kept: 0, pending: 1 });
  expect(requestsOf(root, 2)[0]?.custom_id).not.toBe(one.custom_id);
});

test("a reply of the wrong form is asked again as another attempt", async () => {
  const root = batchProject(1);
  await runKing(root);
  const [one] = requestsOf(root, 1);
  if (one === undefined) throw new Error("a request");
  writeResults(root, "results-1.jsonl", [good(one, "no command at all")]);
  expect(await runKing(root)).toMatchObject({ kept: 0, pending: 1 });
  const [again] = requestsOf(root, 2);
  expect(again?.custom_id).not.toBe(one.custom_id);
  if (again === undefined) throw new Error("a second request");
  writeResults(root, "results-2.jsonl", [good(again)]);
  expect(await runKing(root)).toMatchObject({ kept: 1, pending: 0 });
});

test("fewer items than online_below are asked by the process itself", async () => {
  const server = await startLlmServer();
  const root = batchProject(3);
  const toml = (below: number): string =>
    `${loopToml(server.url).replace(/^api_key_env.*$/m, "")}[king]\nprovider = "loop"\nmodel = "m"\n[engine]\nname = "batch-file"\nonline_below = ${below}\n`;
  try {
    await runKing(root, toml(3));
    expect([requestsOf(root, 1).length, server.stats.requests]).toEqual([3, 0]);
    const [first] = requestsOf(root, 1);
    if (first === undefined) throw new Error("a request");
    writeResults(root, "results-1.jsonl", [good(first)]);
    const last = await runKing(root, toml(3));
    expect(last).toMatchObject({ kept: 3, pending: 0, stopped: null });
    expect([requestsOf(root, 2).length, server.stats.requests]).toEqual([0, 2]);
    expect(last.notes).toContain(
      '2 items, fewer than [engine].online_below = 3, asked by this process although the engine is "batch-file"; 0 there sends any number',
    );
    expect((await runKing(root, toml(3))).notes).toEqual([]);
  } finally {
    await server.close();
  }
});

test("the local engine files what is there and leaves what is out", async () => {
  const server = await startLlmServer();
  const root = batchProject(2);
  const local = tomlOf('name = "local"').replace("http://127.0.0.1:9/v1", server.url);
  try {
    await runKing(root);
    expect(await runKing(root, local)).toMatchObject({ kept: 0, pending: 2, requests: 0 });
    const [first] = requestsOf(root, 1);
    if (first === undefined) throw new Error("a request");
    writeResults(root, "results-1.jsonl", [good(first)]);
    expect(await runKing(root, local)).toMatchObject({ kept: 2, pending: 0, stopped: null });
    expect(server.stats.requests).toBe(1);
  } finally {
    await server.close();
  }
});

test("--force is refused, since results that are there would count again", async () => {
  const root = batchProject(1);
  await expect(runKing(root, BY_FILE, { force: true })).rejects.toThrow(
    "king: --force and the engine batch-file do not go together",
  );
});

test("requests that never left are cleared away and cost nothing", async () => {
  const root = batchProject(2);
  await runKing(root);
  const path = join(root, "engine/king/requests-1.jsonl");
  renameSync(path, `${path}.part`);
  await runKing(root);
  expect(readdirSync(join(root, "engine/king")).sort()).toEqual([
    "map-2.jsonl",
    "requests-2.jsonl",
  ]);
  const ended = ledgerOf(root).filter(({ event }) => event === "outcome");
  expect(ended.map(({ outcome, usd }) => [outcome, usd])).toEqual([
    ["not_sent", 0],
    ["not_sent", 0],
  ]);
});

test("requests that were deleted by hand are booked as unknown and asked anew", async () => {
  const root = batchProject(2);
  await runKing(root);
  rmSync(join(root, "engine/king/requests-1.jsonl"));
  const summary = await runKing(root);
  expect(summary.notes.join("\n")).toContain(
    "engine/king/requests-1.jsonl was removed: its 2 calls are booked as unknown",
  );
  expect(requestsOf(root, 2)).toHaveLength(2);
});

test("a request file whose map is gone is said and asked anew", async () => {
  const root = batchProject(1);
  await runKing(root);
  writeFileSync(join(root, "engine/king/map-1.jsonl"), "rubbish\n");
  const summary = await runKing(root);
  expect(summary.notes.join("\n")).toContain("engine/king/requests-1.jsonl: its map is gone");
  expect(requestsOf(root, 2)).toHaveLength(1);
});
