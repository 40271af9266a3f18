/** The doctor and the price list, against a server on the loopback. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { openDoctored } from "../../src/io/doctored.ts";
import { openLedger } from "../../src/io/ledger.ts";
import { openStore } from "../../src/io/store.ts";
import { doctor, doctorLines } from "../../src/stages/doctor.ts";
import { prices, pricesLines } from "../../src/stages/prices.ts";
import { KEY } from "../support/client.ts";
import {
  startLlmServer,
  type ChatBody,
  type LlmServer,
  type ScriptedAnswer,
} from "../support/llm-server.ts";
import { tempProject } from "../support/project.ts";

async function server(
  answer: (body: ChatBody, n: number) => ScriptedAnswer,
  models: readonly unknown[] = [],
): Promise<LlmServer> {
  const started = await startLlmServer({ answer, models });
  onTestFinished(() => started.close());
  return started;
}

const toml = (url: string, more = ""): string =>
  `[provider.loop]\nbase_url = "${url}"\napi_key_env = "LOOP_KEY"\n${more}[king]\nprovider = "loop"\nmodel = "m"\n[challenger]\nprovider = "loop"\nmodel = "m"\n[judge]\nprovider = "loop"\nmodels = ["m"]\nquorum = 1\n`;

async function examined(
  text: string,
  env = `LOOP_KEY=${KEY}\n`,
): Promise<{ lines: string[]; root: string }> {
  const root = tempProject({ "chain.toml": text, ".env": env });
  const now = (): Date => new Date();
  const ledger = openLedger(root, now);
  const report = await doctor(loadConfig(root, {}), {
    ledger,
    store: openStore(root),
    now,
    clock: () => performance.now(),
  });
  await ledger.close();
  return { lines: doctorLines(report), root };
}

const said = (content: string, over: object = {}, usage: object = {}): ScriptedAnswer => ({
  body: {
    model: "m",
    choices: [{ message: { content, ...over }, finish_reason: "stop" }],
    usage: { prompt_tokens: 1300, completion_tokens: 2, ...usage },
  },
});

/** The same as events, with a count of tokens at the end where one was asked for. */
function streamed(content: string, { stream_options }: Streaming, counts = true): ScriptedAnswer {
  const usage = counts && stream_options !== undefined ? USAGE : null;
  const events = [
    { choices: [{ delta: { content }, finish_reason: null }] },
    { choices: [{ delta: {}, finish_reason: "stop" }] },
    { choices: [], ...(usage === null ? {} : { usage }) },
  ].map((event) => `data: ${JSON.stringify({ model: "m", ...event })}\n\n`);
  return {
    body: `${events.join("")}data: [DONE]\n\n`,
    headers: { "content-type": "text/event-stream" },
  };
}
const USAGE = { prompt_tokens: 1300, completion_tokens: 2 };
type Streaming = { readonly stream?: boolean; readonly stream_options?: object };

/** Answers as a good model does: another noun every time, and the marked command. */
const good = (body: ChatBody, n: number): ScriptedAnswer => {
  const { messages, tools } = body;
  if ((body as Streaming).stream === true) return streamed(`noun${n}`, body as Streaming);
  if (tools === undefined)
    return said(`noun${n}`, {}, { prompt_tokens_details: { cached_tokens: n > 1 ? 1280 : 0 } });
  const text = JSON.stringify(messages);
  return said(text.includes("zebra-4711") ? "ls zebra-4711" : "none");
};

test("a model that works is a line with all that was measured, and only its price is missing", async () => {
  const { url, seen } = await server(good, [{ id: "m", max_model_len: 8192 }]);
  const { lines, root } = await examined(toml(url));
  expect(lines[0]).toMatch(
    /^loop m +\| \d+\.\d s \| 1300 in \(1280 cached\), 2 out, 0 thinking \| calls carried \| samples \| streams counted \| unpriced \| context 8192$/,
  );
  expect(lines.slice(2)).toEqual([
    "to change:",
    expect.stringMatching(
      /^ {2}loop m \(king, challenger, judge\): no price: `npm run prices` asks loop/,
    ),
  ]);
  // One model with three roles is asked once: twice the same, with and without a call, as a stream.
  expect(seen).toHaveLength(5);
  const ledger = readFileSync(join(root, "report/ledger.jsonl"), "utf8");
  expect(ledger.match(/"stage":"doctor"/g)).toHaveLength(10);
  expect(ledger).not.toContain(KEY);
});

test("what is to change about several models is said once, with their names", async () => {
  const text = toml("http://127.0.0.1:9/v1").replace('models = ["m"]', 'models = ["m", "n"]');
  const { lines } = await examined(text, "");
  expect(lines.slice(3)).toEqual([
    "to change:",
    expect.stringMatching(
      /^ {2}loop m \(king, challenger, judge\), loop n \(judge\): provider loop needs its API key, and LOOP_KEY is not set/,
    ),
  ]);
});

test.each([
  [
    "temperature",
    ({ temperature }: ChatBody) => temperature !== undefined,
    "Unsupported value: 'temperature'",
    /set temperature = "default"/,
  ],
  [
    "max_tokens",
    ({ max_tokens }: ChatBody) => max_tokens !== undefined,
    "Use 'max_completion_tokens' instead",
    /max_tokens_field = "max_completion_tokens"/,
  ],
  [
    "a system message",
    ({ messages }: ChatBody) => messages[0]?.role === "system",
    "System role not supported",
    /system_role = "user"/,
  ],
])("what refuses %s is told what to write", async (_name, refuses, message, line) => {
  const { url } = await server((body, n) =>
    refuses(body) ? { status: 400, body: { error: { message } } } : good(body, n),
  );
  const { lines } = await examined(toml(url));
  expect(lines.join("\n")).toMatch(line);
  expect(lines[0]).toContain("calls carried");
});

const asked = (body: ChatBody): Streaming => body as Streaming;
const refused = (message: string): ScriptedAnswer => ({
  status: 400,
  body: { error: { message } },
});

test.each([
  [
    "streams refused",
    "",
    (body: ChatBody, n: number) =>
      asked(body).stream === true ? refused("streaming is not supported") : good(body, n),
    "streams refused",
    "it refuses streams: [provider.loop].stream = false says so, and no reply is asked for as one",
  ],
  [
    "streams refused although they are set",
    "stream = true\n",
    (body: ChatBody, n: number) =>
      asked(body).stream === true ? refused("streaming is not supported") : good(body, n),
    "streams refused",
    "it refuses streams, and [provider.loop].stream asks for them: set [provider.loop].stream = false",
  ],
  [
    "streams without a count",
    "",
    (body: ChatBody, n: number) =>
      asked(body).stream === true ? streamed(`n${n}`, asked(body), false) : good(body, n),
    "streams uncounted",
    "its streams do not count tokens, its whole replies do: set [provider.loop].stream = false, unless long calls are cut",
  ],
  [
    "a server that does not know the count at the end",
    "",
    (body: ChatBody, n: number) =>
      asked(body).stream_options !== undefined
        ? refused("unknown field stream_options")
        : good(body, n),
    "streams uncounted",
    "its streams do not count tokens",
  ],
  [
    "a server that sends whole replies all the same",
    "stream = true\n",
    ({ stream: _stream, ...body }: ChatBody & Streaming, n: number) => good(body, n),
    "streams ignored",
    "it sends whole replies where a stream is asked for: [provider.loop].stream = true has no effect, take it out",
  ],
  [
    "whole replies refused",
    "",
    (body: ChatBody, n: number) =>
      asked(body).stream === true ? good(body, n) : refused("only stream=true is accepted"),
    "streams counted",
    "set [provider.loop].stream = true: it refuses whole replies",
  ],
])("how replies come is said, and what to write: %s", async (_name, more, answer, column, line) => {
  const { url } = await server(answer);
  const { lines } = await examined(toml(url, more));
  expect(lines[0]).toContain(`| ${column} |`);
  expect(lines.join("\n")).toContain(line);
});

test("a stream that breaks on its way says nothing of streams", async () => {
  const { url } = await server((body, n) =>
    asked(body).stream === true ? { status: 503, body: "busy" } : good(body, n),
  );
  const { lines } = await examined(toml(url));
  expect(lines[0]).toContain("| streams unknown |");
  expect(lines.join("\n")).not.toContain("stream =");
});

test("every address of a provider is asked, and one that does not answer is named", async () => {
  const [one, two] = [await server(good), await server(good)];
  const dead = await server(good);
  await dead.close();
  const urls = [dead.url, one.url, two.url].map((url) => `"${url}"`).join(", ");
  const text = toml("URL").replace('base_url = "URL"', `base_urls = [${urls}]`);
  const { lines } = await examined(text);
  expect(lines[0]).toContain("calls carried");
  expect([one.seen.length, two.seen.length]).toEqual([5, 1]);
  expect(lines.join("\n")).toMatch(
    new RegExp(`\\[provider\\.loop\\]\\.base_urls: ${dead.url}: connect: .* -> nothing answers at`),
  );
});

test.each([
  ["a wrong key", 401, { error: "Unauthorized" }, /look at the key in LOOP_KEY/],
  [
    "a wrong name",
    404,
    { error: { message: "The model `m` does not exist" } },
    /look at \[king\]\.model and \[challenger\]\.model and \[judge\]\.models \(it says m\)/,
  ],
])("%s is said with the key of chain.toml", async (_name, status, body, line) => {
  const { url } = await server(() => ({ status, body }));
  const { lines } = await examined(toml(url));
  expect(lines[0]).toMatch(/refused$/);
  expect(lines.join("\n")).toMatch(line);
});

test("a greedy server, another model, and an answer in the reasoning are said", async () => {
  const { url } = await server(() => ({
    body: {
      model: "tiny.gguf",
      choices: [{ message: { content: "tree" }, finish_reason: "stop" }],
    },
  }));
  const { lines } = await examined(toml(url));
  const text = lines.join("\n");
  expect(text).toContain("the replies name another model, tiny.gguf");
  expect(text).toContain("the same text twice at temperature 1: the server is greedy");
  expect(text).toContain("it does not count tokens");

  const thinking = await server(() => said("", { reasoning_content: "{}" }));
  const other = await examined(toml(thinking.url));
  expect(other.lines.join("\n")).toContain("the whole answer is in reasoning_content");
});

test.each([
  ["0", "oak", "oak", "same at 0"],
  ["0", "oak", "elm", "varies at 0"],
  ["1.0", "oak", "elm", "samples"],
  ["1.0", "oak", "oak", "greedy"],
  ['"default"', "oak", "oak", "greedy"],
  ["1.0", "", "oak", "sampling unknown"],
])("at temperature %s, %j and %j are: %s", async (temperature, one, two, word) => {
  const { url } = await server(({ tools }, n) =>
    said(tools === undefined ? (n === 1 ? one : two) : "none"),
  );
  const text = toml(url).replace('model = "m"', `model = "m"\ntemperature = ${temperature}`);
  const { lines } = await examined(text);
  expect(lines[0]?.split(" | ")[4]).toBe(word);
  const advice = lines.filter((line) => line.includes("the server is greedy"));
  expect(advice).toHaveLength(word === "greedy" ? 1 : 0);
  if (temperature === '"default"')
    expect(advice[0]).toContain("the same text twice at the server's own temperature");
});

test("a template that loses calls is seen by its token counts", async () => {
  const { url } = await server(({ tools }, n) =>
    tools === undefined ? said(`noun${n}`) : said("I do not know"),
  );
  const { lines } = await examined(toml(url));
  expect(lines[0]).toContain("calls lost");
});

test.each([
  [
    "the whole endpoint",
    (url: string) => `${url}/chat/completions`,
    "it is a whole endpoint: write",
  ],
  ["no /v1", (url: string) => url.replace("/v1", ""), "it ends at the host: most servers want"],
  ["quotes", (url: string) => `'${url}'`, "the quotes are part of it: write"],
  [
    "a user and a password",
    (url: string) => url.replace("//", "//me:hunter2hunter2@"),
    "it holds a user or a password: write",
  ],
])("a slip in the address is said, and what to write: %s", async (_name, slip, words) => {
  const { url } = await server(good);
  const { lines, root } = await examined(toml(slip(url)));
  const text = lines.join("\n");
  expect(text).toContain(`[provider.loop].base_url: ${words} ${url}`);
  const ledger = join(root, "report/ledger.jsonl");
  const files = existsSync(ledger) ? readFileSync(ledger, "utf8") : "";
  expect(`${text}${files}`).not.toContain("hunter2hunter2");
});

test.each([
  [`"${KEY}"`, "LOOP_KEY holds its quotes: take them away"],
  [`Bearer ${KEY}`, 'LOOP_KEY begins with "Bearer": leave that word out'],
])("a slip in the key is said without the key: %s", async (key, words) => {
  const { url } = await server(() => ({ status: 401, body: { error: `bad key ${key}` } }));
  const { lines } = await examined(toml(url), `LOOP_KEY='${key}'\n`);
  expect(lines.join("\n")).toContain(words);
  expect(lines.join("\n")).not.toContain(KEY);
});

test("listed prices are written with the date, and what is not listed stays unpriced", async () => {
  const { url } = await server(good, [
    { id: "m", pricing: { prompt: "0.000001", completion: "0.000004" } },
  ]);
  const root = tempProject({
    "chain.toml": toml(url).replace('models = ["m"]', 'models = ["m", "other"]'),
    ".env": `LOOP_KEY=${KEY}\n`,
  });
  const now = (): Date => new Date("2026-11-28T10:00:00Z");
  const result = await prices(loadConfig(root, {}), openStore(root), now);
  expect(pricesLines(result)).toEqual([
    "loop m: input 1, output 4 USD a million tokens",
    "loop other: the provider lists no price; it stays unpriced",
    "written to chain.toml",
  ]);
  expect(loadConfig(root, {}).provider["loop"]?.price["m"]).toEqual({
    input: 1,
    output: 4,
    date: "2026-11-28",
  });
});

test("a provider that gives no list of models is not said to list no price", async () => {
  const root = tempProject({
    "chain.toml": toml("http://127.0.0.1:9/v1"),
    ".env": `LOOP_KEY=${KEY}\n`,
  });
  const result = await prices(loadConfig(root, {}), openStore(root), () => new Date());
  expect(pricesLines(result)).toEqual([
    "loop m: nothing was learned; it stays as it is",
    expect.stringMatching(/^loop gave no list of models: .* look at \[provider\.loop\]\.base_url/),
    "nothing was written",
  ]);
});

test("prices come from the first server of a provider that lists them", async () => {
  const dead = await server(good);
  await dead.close();
  const live = await server(good, [{ id: "m", pricing: { input: 1, output: 4 } }]);
  const root = tempProject({
    "chain.toml": toml("URL").replace(
      'base_url = "URL"',
      `base_urls = ["${dead.url}", "${live.url}"]`,
    ),
    ".env": `LOOP_KEY=${KEY}\n`,
  });
  const result = await prices(loadConfig(root, {}), openStore(root), () => new Date());
  expect(pricesLines(result)[0]).toBe("loop m: input 1, output 4 USD a million tokens");
});

test("prices in a line of their section are not written over", async () => {
  const { url } = await server(good, [{ id: "m", pricing: { input: 1, output: 4 } }]);
  const root = tempProject({
    "chain.toml": toml(url, "price = { m = { input = 2.0, output = 3.0 } }\n"),
    ".env": `LOOP_KEY=${KEY}\n`,
  });
  await expect(
    prices(loadConfig(root, {}), openStore(root), () => new Date()),
  ).rejects.toMatchObject({
    name: "UserError",
    message: expect.stringContaining("tables cannot stand beside it") as string,
  });
});

test("whether calls are carried is kept for the stages, and said where they are not", async () => {
  const deaf = await server(({ messages }) =>
    said(JSON.stringify(messages).length > 0 ? "none" : ""),
  );
  const { lines, root } = await examined(toml(deaf.url));
  expect(lines.join("\n")).toContain(
    'the calls of a history are lost: the stages show them as text ([protocol] native = "auto" goes by this)',
  );
  const record: unknown = JSON.parse(readFileSync(join(root, "report/doctor.json"), "utf8"));
  expect(record).toMatchObject({ models: [{ provider: "loop", model: "m", calls: "lost" }] });
  const found = await openDoctored(openStore(root));
  expect(found({ provider: "loop", model: "m" })).toEqual({ native: false });
  expect(found({ provider: "loop", model: "other" })).toBeNull();
});

test("a model whose template leaves out what is said beside calls is told of", async () => {
  const well = await server(good);
  const { lines } = await examined(toml(well.url).replaceAll('"m"', '"Llama-3.3-70B"'));
  expect(lines.join("\n")).toContain(
    "its published template leaves out what is said beside calls: [protocol] native = false shows both as text",
  );
});
