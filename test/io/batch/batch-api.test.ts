import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { exitCodeOf, summaryLines } from "../../../src/command/cli.ts";
import { parseConfig, type Config } from "../../../src/config.ts";
import { dialectOf } from "../../../src/io/batch/api/dialects.ts";
import { settingsOf } from "../../../src/io/batch/request.ts";
import type { StageSummary } from "../../../src/work.ts";
import { batchProject, ledgerOf, requestsOf, runKing } from "../../support/batch-king.ts";
import { startLlmServer } from "../../support/llm-server.ts";
import {
  startBatchServer,
  type BatchServer,
  type BatchServerOptions,
  type CreateFault,
  type Dialect,
} from "../../support/batch-server.ts";

const tomlOf = (url: string, dialect: Dialect, engine = "settle_s = 0"): string =>
  `[provider.p]
base_url = "${url}"
${dialect === "anthropic" ? 'api = "messages"' : `batch_api = "${dialect}"`}
[provider.p.price]
batch = 0.5
[provider.p.price."m"]
input = 1.0
output = 2.0
[king]
provider = "p"
model = "m"
[engine]
name = "batch"
online_below = 0
${engine}
`;

async function withServer(
  options: BatchServerOptions,
  act: (
    server: BatchServer,
    run: (engine?: string) => Promise<StageSummary>,
    root: string,
  ) => Promise<void>,
  count = 4,
): Promise<void> {
  const server = await startBatchServer(options);
  const root = batchProject(count);
  const { dialect = "openai" } = options;
  try {
    await act(server, (engine) => runKing(root, tomlOf(server.url, dialect, engine)), root);
  } finally {
    await server.close();
  }
}

const configOf = (toml: string): Config => ({
  ...parseConfig(toml, "chain.toml"),
  root: "",
  env: {},
});

const booksOf = (root: string): string[] =>
  readdirSync(join(root, "engine/king")).filter((name) => name.startsWith("batch-"));
const outcomesOf = (root: string): string[] =>
  ledgerOf(root).flatMap(({ outcome }) => outcome ?? []);

test.each<Dialect>(["openai", "together", "mistral", "openrouter", "anthropic"])(
  "a batch in the shape of %s goes out, is waited for, and comes home at half price",
  async (dialect) => {
    await withServer({ dialect }, async (server, run, root) => {
      const sent = await run();
      expect(exitCodeOf(sent)).toBe(2);
      const said = summaryLines(sent).join("\n");
      expect(said).toContain("4 items wait for results of requests-1.jsonl in engine/king/");
      expect(said).toMatch(/the batch batch_1 at p \(\w+/i);
      expect(said).toMatch(/ends by 20\d\d-.*Z at the latest/);
      expect(server.stats.creates).toBe(1);
      expect(await run()).toMatchObject({ kept: 0, pending: 4, stopped: { why: "engine" } });
      expect(await run()).toMatchObject({ kept: 4, pending: 0, stopped: null, requests: 4 });
      expect([server.stats.creates, [...server.paid.values()]]).toEqual([1, [1, 1, 1, 1]]);
      const ended = ledgerOf(root).filter(({ event }) => event === "outcome");
      // 1,000 tokens in and 100 out at 1 and 2 dollars a million, halved.
      for (const { usd } of ended) expect(usd).toBeCloseTo(0.0006, 8);
      const gets = server.stats.gets;
      expect(await run()).toMatchObject({ kept: 4, requests: 0 });
      expect(server.stats.gets).toBe(gets);
    });
  },
);

test.each<[how: string, spoil: (map: string) => string]>([
  ["rubbish", () => "rubbish\n"],
  ["half a line", (map) => map.slice(0, -20)],
])(
  "a map that is %s while its batch is out stops the run: nothing is posted again",
  async (_how, spoil) => {
    await withServer({}, async (server, run, root) => {
      await run();
      const path = join(root, "engine/king/map-1.jsonl");
      const map = readFileSync(path, "utf8");
      writeFileSync(path, spoil(map));
      await expect(run()).rejects.toMatchObject({
        message:
          "engine/king/map-1.jsonl is missing or damaged, and engine/king/batch-1.json says that its requests were sent",
        hint: "put it back from a copy; or delete engine/king/batch-1.json: the calls are then asked, and perhaps paid, again",
      });
      expect(server.stats.creates).toBe(1);
      writeFileSync(path, map);
      await run();
      expect(await run()).toMatchObject({ kept: 4, pending: 0 });
      expect([server.stats.creates, [...server.paid.values()]]).toEqual([1, [1, 1, 1, 1]]);
    });
  },
);

test("too few items for a batch are asked at the full price, and the summary says so", async () => {
  const server = await startLlmServer();
  const root = batchProject(2);
  const toml = tomlOf(server.url, "openai").replace("online_below = 0", "online_below = 3");
  try {
    const summary = await runKing(root, toml);
    expect(summary).toMatchObject({ kept: 2, stopped: null });
    expect(summaryLines(summary).join("\n")).toContain(
      '2 items, fewer than [engine].online_below = 3, asked one by one at the full price although the engine is "batch"; 0 there sends any number',
    );
    const ended = ledgerOf(root).filter(({ event }) => event === "outcome");
    // 1,000 tokens in (600 of them cached) and 100 out at 1 and 2 dollars a million, not halved.
    for (const { usd } of ended) expect(usd).toBeCloseTo(0.0012, 8);
  } finally {
    await server.close();
  }
});

test("what is reserved for a batch is half of what calls by this process would reserve", async () => {
  await withServer({}, async (_server, run, root) => {
    await run();
    const [line] = ledgerOf(root);
    const most = (line?.tokens_in ?? 0) * 1e-6 + (line?.tokens_out ?? 0) * 2e-6;
    expect(line).toMatchObject({ event: "intent", engine: "batch" });
    expect(line?.usd).toBeCloseTo(most / 2, 9);
  });
});

test.each<CreateFault>(["500_booked", "429_booked", "409_booked", "cut_booked", "rubbish_booked"])(
  "a create that is booked and answered with %s is found in the list, and not posted again",
  async (fault) => {
    await withServer({ create: (n) => (n === 1 ? fault : null) }, async (server, run) => {
      await run();
      await run();
      expect(await run()).toMatchObject({ kept: 4, pending: 0 });
      expect(server.stats.creates).toBe(1);
      expect([...server.paid.values()]).toEqual([1, 1, 1, 1]);
    });
  },
);

test("a provider without marks: the batch is known by its time and size", async () => {
  const create = (n: number): CreateFault | null => (n === 1 ? "500_booked" : null);
  await withServer({ dialect: "anthropic", create }, async (server, run) => {
    server.foreign(9);
    await run();
    await run();
    expect(await run()).toMatchObject({ kept: 4, pending: 0 });
    expect(server.stats.creates).toBe(1);
  });
});

test("while the list may lag behind, nothing is posted again", async () => {
  const create = (n: number): CreateFault | null => (n === 1 ? "500_booked" : null);
  await withServer({ create, lag: 2 }, async (server, run) => {
    const sent = await run("settle_s = 3600");
    expect(summaryLines(sent).join("\n")).toContain(
      "p, which did not say whether it made a batch (500 create said 500_booked): its list is looked at again after",
    );
    expect(await run("settle_s = 3600")).toMatchObject({ kept: 0, pending: 4 });
    expect(server.stats.creates).toBe(1);
  });
});

test("a create that came to nothing is in no list: its lines are asked anew, in another batch", async () => {
  await withServer({ create: (n) => (n === 1 ? "500" : null) }, async (server, run, root) => {
    await run();
    const second = await run();
    expect(second.notes.join("\n")).toContain(
      "engine/king/requests-1.jsonl: no batch was made of it",
    );
    await run();
    expect(await run()).toMatchObject({ kept: 4, pending: 0 });
    expect([server.stats.creates, [...server.paid.values()]]).toEqual([2, [1, 1, 1, 1]]);
    expect(outcomesOf(root).filter((one) => one === "not_sent")).toHaveLength(4);
  });
});

test.each<[CreateFault, string]>([
  ["401", "engine/king/requests-1.jsonl: p made no batch: 401 create said 401"],
  ["400", "engine/king/requests-1.jsonl: p made no batch: 400 create said 400"],
])(
  "a create that is refused with %s is said with what to mend, and nothing is owed",
  async (fault, words) => {
    await withServer({ create: (n) => (n === 1 ? fault : null) }, async (server, run, root) => {
      const refused = await run();
      expect(exitCodeOf(refused)).toBe(1);
      const said = summaryLines(refused).join("\n");
      expect(said).toContain(words);
      expect(said).toContain("mend [provider.p] (or its `batch_api`) in chain.toml");
      expect(said.split(words)).toHaveLength(2);
      // Nobody has them: nothing is waited for.
      expect(said).not.toMatch(/wait|later|up to a day/);
      expect(refused).toMatchObject({ pending: 4, stopped: { why: "settings" } });
      await run();
      await run();
      expect(await run()).toMatchObject({ kept: 4, pending: 0 });
      expect(server.stats.creates).toBe(2);
      expect(outcomesOf(root).filter((one) => one === "not_sent")).toHaveLength(4);
    });
  },
);

test("a batch that is refused as a whole costs nothing, and is not sent again in that run", async () => {
  await withServer({ end: (n) => (n === 1 ? "failed" : "completed") }, async (server, run) => {
    await run();
    await run();
    const refused = await run();
    expect(exitCodeOf(refused)).toBe(1);
    const said = summaryLines(refused).join("\n");
    expect(said).toContain(
      "p refused the batch batch_1 of engine/king/requests-1.jsonl: line 1: model m has no batches",
    );
    expect(said).not.toMatch(/wait for|up to a day/);
    expect(server.stats.creates).toBe(1);
    await run();
    expect(server.stats.creates).toBe(2);
  });
});

test.each<Dialect>(["openai", "together", "mistral", "anthropic"])(
  "an expired batch of %s with answers and errors is filed, and its rest goes into the next one",
  async (dialect) => {
    const options: BatchServerOptions = {
      dialect,
      end: (n) => (n === 1 ? "expired" : "completed"),
      line: (batch, at) => (batch === 1 && at > 1 ? (at === 2 ? "expired" : "error") : "ok"),
    };
    await withServer(options, async (server, run, root) => {
      await run();
      await run();
      expect(await run()).toMatchObject({ kept: 2, pending: 2 });
      expect(requestsOf(root, 2)).toHaveLength(2);
      await run();
      expect(await run()).toMatchObject({ kept: 4, pending: 0, stopped: null });
      expect([...server.paid.values()]).toEqual([1, 1, 1, 1]);
    });
  },
);

test("a batch cancelled by hand is filed as far as it came; the rest is asked again, and said", async () => {
  await withServer({ polls: 5 }, async (server, run, root) => {
    await run();
    server.cancel("batch_1");
    const resumed = await run();
    expect(resumed).toMatchObject({ kept: 2, pending: 2 });
    expect(resumed.notes.join("\n")).toContain(
      "batch_1 of engine/king/requests-1.jsonl is cancelled: what it lacks is asked again",
    );
    expect(requestsOf(root, 2)).toHaveLength(2);
  });
});

test("lines that a batch lost are booked as unknown and asked again, also when the next one loses some", async () => {
  const line = (batch: number, at: number): "ok" | "lost" =>
    at % 2 === 0 && batch < 3 ? "lost" : "ok";
  await withServer({ line, lies: true, polls: 0 }, async (server, run, root) => {
    for (let round = 0; round < 4; round++) await run();
    expect(await run()).toMatchObject({ kept: 4, pending: 0 });
    expect(outcomesOf(root).filter((one) => one === "unknown")).toHaveLength(3);
    expect(Math.max(...server.paid.values())).toBe(1);
  });
});

test("results that are gone are said, booked as unknown and asked again", async () => {
  await withServer({ gone: (n) => n === 1, polls: 0 }, async (server, run, root) => {
    await run();
    const lost = await run();
    expect(lost.notes.join("\n")).toContain(
      "p has the results of batch_1 no more (404 No such File object): its calls are booked as unknown, and asked again",
    );
    expect(outcomesOf(root)).toEqual(["unknown", "unknown", "unknown", "unknown"]);
    expect(await run()).toMatchObject({ kept: 4, pending: 0 });
    expect(server.stats.creates).toBe(2);
  });
});

test("a batch that the provider does not know is said with the way out, and nothing is asked twice", async () => {
  await withServer({}, async (server, run) => {
    await run();
    server.forgotten.add("batch_1");
    const lost = await run();
    expect(exitCodeOf(lost)).toBe(1);
    const said = summaryLines(lost).join("\n");
    expect(said).toContain(
      "the batch batch_1 at p, which said: 404 No batch found at /batches/batch_1",
    );
    expect(said).toContain("delete engine/king/requests-1.jsonl: its calls are booked as unknown");
    expect(server.stats.creates).toBe(1);
  });
});

test("a note that names the batch of another workspace is said, and its results are not taken", async () => {
  await withServer({}, async (server, run, root) => {
    await run();
    const other = server.foreign(4);
    const path = join(root, "engine/king/batch-1.json");
    const book = JSON.parse(readFileSync(path, "utf8")) as object;
    writeFileSync(path, JSON.stringify({ ...book, batch: other }));
    const lost = await run();
    expect(exitCodeOf(lost)).toBe(1);
    const said = summaryLines(lost).join("\n");
    expect(said).toContain(
      `engine/king/batch-1.json names ${other}, which was made of other requests (another workspace's?)`,
    );
    expect(said).toContain("delete engine/king/batch-1.json");
    expect(lost).toMatchObject({ kept: 0, pending: 4 });
  });
});

test("a note that is no note is an error with its name", async () => {
  await withServer({}, async (_server, run, root) => {
    await run();
    writeFileSync(join(root, "engine/king/batch-1.json"), "rubbish");
    await expect(run()).rejects.toThrow("engine/king/batch-1.json");
  });
});

test("a copy of the workspace takes the same batch home: two coordinators, one batch", async () => {
  await withServer(
    { create: (n) => (n === 1 ? "500_booked" : null) },
    async (server, run, root) => {
      await run();
      // As if the copy was made before the answer came: it knows of the POST alone.
      const path = join(root, "engine/king/batch-1.json");
      const book = JSON.parse(readFileSync(path, "utf8")) as { mark: string };
      writeFileSync(path, JSON.stringify({ ...book, batch: null, input: "file-of-the-copy" }));
      await run();
      expect(await run()).toMatchObject({ kept: 4, pending: 0 });
      expect(server.stats.creates).toBe(1);
      expect(server.batches[0]?.mark).toBe(book.mark);
    },
  );
});

test("changed to the local engine in the middle, the batch is still brought home and nothing asked here", async () => {
  const server = await startBatchServer();
  const root = batchProject(4);
  const toml = tomlOf(server.url, "openai");
  try {
    await runKing(root, toml);
    const local = toml.replace('name = "batch"', 'name = "local"');
    expect(await runKing(root, local)).toMatchObject({ kept: 0, pending: 4, requests: 0 });
    expect(await runKing(root, local)).toMatchObject({ kept: 4, pending: 0, stopped: null });
    expect(server.stats.creates).toBe(1);
  } finally {
    await server.close();
  }
});

test("request files written for somebody else are not sent", async () => {
  const server = await startBatchServer();
  const root = batchProject(2);
  const toml = tomlOf(server.url, "openai");
  try {
    await runKing(root, toml.replace('name = "batch"', 'name = "batch-file"'));
    const waits = await runKing(root, toml);
    expect(waits).toMatchObject({ kept: 0, pending: 2 });
    expect(summaryLines(waits).join("\n")).toContain(
      "vllm run-batch -i engine/king/requests-1.jsonl",
    );
    expect(server.stats.creates).toBe(0);
  } finally {
    await server.close();
  }
});

test("a file that was not sent before a kill is taken back and asked anew", async () => {
  await withServer({}, async (server, run, root) => {
    await run();
    rmSync(join(root, "engine/king/batch-1.json"));
    await run();
    // The first batch was made, but nothing of it was noted: its POST is written down before it leaves.
    expect(booksOf(root)).toEqual(["batch-2.json"]);
    expect(existsSync(join(root, "engine/king/requests-1.jsonl"))).toBe(false);
    expect(server.stats.creates).toBe(2);
  });
});

test("a server that is away leaves everything for the next run", async () => {
  const server = await startBatchServer();
  const root = batchProject(2);
  const toml = tomlOf(server.url, "openai");
  const away = tomlOf("http://127.0.0.1:9/v1", "openai");
  const lost = await runKing(root, away);
  expect(exitCodeOf(lost)).toBe(2);
  const saidLost = summaryLines(lost).join("\n");
  expect(saidLost).toContain("engine/king/requests-1.jsonl: p took no file: ");
  expect(saidLost).toContain(
    "2 items written down and not sent; run the same command again to send them",
  );
  expect(saidLost).toContain("engine/king/requests-1.jsonl: 2 lines to go out with the next run");
  expect(saidLost).not.toMatch(/wait for|up to a day/);
  await runKing(root, toml);
  const out = await runKing(root, away);
  expect(exitCodeOf(out)).toBe(2);
  expect(summaryLines(out).join("\n")).toContain("the batch batch_1 at p, which said: ");
  await runKing(root, toml);
  expect(await runKing(root, toml)).toMatchObject({ kept: 2, pending: 0 });
  await server.close();
  expect(server.stats.creates).toBe(1);
});

test("the key goes in the header of the API, and stands in no file", async () => {
  const key = "sk-very-secret-0123456789";
  const server = await startBatchServer({ dialect: "anthropic" });
  const root = batchProject(1);
  const toml = tomlOf(server.url, "anthropic").replace(
    'api = "messages"',
    'api = "messages"\napi_key_env = "P_KEY"',
  );
  try {
    await runKing(root, toml, {}, { P_KEY: key });
    expect(server.stats.headers[0]).toMatchObject({
      "x-api-key": key,
      "anthropic-version": "2023-06-01",
    });
    expect(server.stats.headers[0]).not.toHaveProperty("authorization");
    const texts = readdirSync(join(root, "engine/king")).map((name) =>
      readFileSync(join(root, "engine/king", name), "utf8"),
    );
    expect(texts.join("\n")).not.toContain(key);
  } finally {
    await server.close();
  }
});

test.each([
  ["openai", 200_000_000],
  ["groq", 100_000_000],
  ["together", 100_000_000],
  ["mistral", 200_000_000],
])("one file at %s holds %i bytes at most", (name, bytes) => {
  const config = configOf(`[provider.${name}]\n`);
  expect(dialectOf(name, settingsOf(config, name))).toMatchObject({ bytes, lines: 50_000 });
});

test("whose batch API is spoken is told from api and name, and chain.toml wins", () => {
  const config = configOf(
    '[provider.mine]\nbase_url = "http://x/v1"\n[provider.groq]\nbatch_api = "openai"\n',
  );
  const batchesOf = (name: string): string => dialectOf(name, settingsOf(config, name)).batches;
  expect(batchesOf("anthropic")).toBe("/messages/batches");
  expect(batchesOf("mistral")).toBe("/batch/jobs");
  expect(batchesOf("mine")).toBe("/batches");
  expect(dialectOf("groq", settingsOf(config, "groq")).bytes).toBe(200_000_000);
});

test.each(["fireworks", "mine"])(
  "Fireworks' batches are another API: refused by name, before anything is written or booked: %s",
  async (name) => {
    const root = batchProject(2);
    const toml = `[provider.${name}]\nbase_url = "https://api.fireworks.ai/inference/v1"\n[king]\nprovider = "${name}"\nmodel = "m"\n[engine]\nname = "batch"\nonline_below = 0\n`;
    await expect(runKing(root, toml, {}, { FIREWORKS_API_KEY: "k" })).rejects.toThrow(
      expect.objectContaining({
        name: "UserError",
        message: `[engine] name = "batch": Fireworks, the provider [provider.${name}], has no batch API of OpenAI's shape: its batches are jobs over data sets of an account`,
        hint: expect.stringContaining("--engine batch-file writes the request files") as string,
      }),
    );
    expect(requestsOf(root, 1)).toEqual([]);
    expect(ledgerOf(root)).toEqual([]);
    const own = configOf(`${toml}\n[provider.other]\nbase_url = "http://x/v1"\n`);
    expect(dialectOf("other", settingsOf(own, "other")).batches).toBe("/batches");
  },
);

test("a share beside the models' prices is every model's that has none of its own", () => {
  const toml =
    '[provider.p.price]\nbatch = 0.5\n"a" = { input = 1, output = 1 }\n"b" = { input = 1, output = 1, batch = 0.7 }\n';
  const { price } = configOf(toml).provider["p"] ?? {};
  expect([price?.["a"]?.batch, price?.["b"]?.batch, Object.keys(price ?? {})]).toEqual([
    0.5,
    0.7,
    ["a", "b"],
  ]);
});
