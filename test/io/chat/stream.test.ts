/** Streamed replies: put together as if they had come whole, and none that broke off. */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { STREAMS, hear } from "../../../src/io/chat/stream.ts";
import { fromMessages } from "../../../src/io/chat/api-messages.ts";
import { fromResponses } from "../../../src/io/chat/api-responses.ts";
import { silentProgress } from "../../support/chat.ts";
import { item, loopToml, openClient, requestOf } from "../../support/client.ts";
import { eventsOf, startLlmServer } from "../../support/llm-server.ts";

const sse = (...events: unknown[]): string =>
  events.map((one) => `data: ${typeof one === "string" ? one : JSON.stringify(one)}\n\n`).join("");

const delta = (delta: object, finish_reason: string | null = null): object => ({
  id: "c1",
  model: "m-1",
  choices: [{ index: 0, delta, finish_reason }],
});

const USAGE = { prompt_tokens: 7, completion_tokens: 3 };
const heardChat = (text: string) => hear(text, STREAMS.chat());

test("a chat stream is the completion that it would have been whole", () => {
  const text = sse(
    delta({ role: "assistant", content: "" }),
    delta({ reasoning_content: "hm" }),
    delta({ content: "THOUGHT: " }),
    delta({ content: 'say "hi"\n' }),
    delta({ content: "ü \\ 雪" }),
    delta({}, "stop"),
    { id: "c1", choices: [], usage: USAGE },
    "[DONE]",
  );
  expect(heardChat(text)).toEqual({
    isWhole: true,
    body: {
      id: "c1",
      model: "m-1",
      usage: USAGE,
      choices: [
        {
          index: 0,
          finish_reason: "stop",
          message: {
            role: "assistant",
            content: 'THOUGHT: say "hi"\nü \\ 雪',
            reasoning_content: "hm",
          },
        },
      ],
    },
  });
});

test("calls come in pieces, with or without an index", () => {
  const call = (more: object): object => delta({ tool_calls: [more] });
  const text = sse(
    call({ index: 0, id: "a", function: { name: "run", arguments: '{"c' } }),
    call({ index: 0, function: { arguments: 'md":"ls"}' } }),
    call({ id: "b", function: { name: "see", arguments: "" } }),
    call({ function: { arguments: "{}" } }),
    delta({}, "tool_calls"),
  );
  expect(heardChat(text)).toMatchObject({
    isWhole: true,
    body: {
      choices: [
        {
          message: {
            tool_calls: [
              { id: "a", function: { name: "run", arguments: '{"cmd":"ls"}' } },
              { id: "b", function: { name: "see", arguments: "{}" } },
            ],
          },
        },
      ],
    },
  });
});

test.each([
  [
    "line ends of two characters, comments, no space behind the colon",
    (text: string) =>
      `: hello\r\n\r\n${text.replaceAll("data: ", "data:").replaceAll("\n", "\r\n")}`,
  ],
  ["no empty line at the end", (text: string) => text.trimEnd()],
  [
    "event names and ids beside the data",
    (text: string) => text.replaceAll("data: ", "event: message\nid: 4\ndata: "),
  ],
])("however it is written: %s", (_how, written) => {
  const text = eventsOf("a text of some length", 1, USAGE, 5)
    .map((one) => sse(one))
    .join("");
  expect(heardChat(written(text))).toEqual(heardChat(text));
  expect(heardChat(text)).toMatchObject({ isWhole: true, body: { usage: USAGE } });
});

test("any cut of a stream before its end is no whole one, and says nothing that was not said", () => {
  const text = sse(
    delta({ content: "abc" }),
    delta({ content: "def" }),
    delta({}, "stop"),
    "[DONE]",
  );
  const ends = text.indexOf('"stop"');
  for (let at = 0; at < ends; at++) {
    const { body, isWhole } = heardChat(text.slice(0, at));
    expect(isWhole).toBe(false);
    const said = (body as { choices: [{ message: { content: string } }] }).choices[0].message
      .content;
    expect("abcdef".startsWith(said)).toBe(true);
  }
});

test("counts that come with every event are totals: the last one holds", () => {
  const counted = (content: string, n: number): object => ({
    ...delta({ content }),
    usage: { prompt_tokens: 7, completion_tokens: n },
  });
  const text = sse(counted("a", 1), counted("b", 2), counted("c", 3), delta({}, "stop"));
  expect(heardChat(text).body).toMatchObject({
    usage: { completion_tokens: 3 },
    choices: [{ message: { content: "abc" } }],
  });
});

test("a Messages stream gives the same as the whole reply, thinking and its signature unchanged", () => {
  const at = (index: number, delta: object) => ({ type: "content_block_delta", index, delta });
  const start = (index: number, content_block: object) => ({
    type: "content_block_start",
    index,
    content_block,
  });
  const text = sse(
    {
      type: "message_start",
      message: { id: "x", model: "m", content: [], usage: { input_tokens: 9, output_tokens: 1 } },
    },
    start(0, { type: "thinking", thinking: "", signature: "" }),
    at(0, { type: "thinking_delta", thinking: "hm " }),
    at(0, { type: "thinking_delta", thinking: "so" }),
    at(0, { type: "signature_delta", signature: "c2ln" }),
    { type: "ping" },
    start(1, { type: "text", text: "" }),
    at(1, { type: "text_delta", text: "look" }),
    start(2, { type: "tool_use", id: "t", name: "run", input: {} }),
    at(2, { type: "input_json_delta", partial_json: '{"cmd":' }),
    at(2, { type: "input_json_delta", partial_json: '"ls"}' }),
    { type: "message_delta", delta: { stop_reason: "tool_use" }, usage: { output_tokens: 12 } },
  );
  const whole = hear(`${text}${sse({ type: "message_stop" })}`, STREAMS.messages());
  expect(whole.isWhole).toBe(true);
  expect(hear(text, STREAMS.messages()).isWhole).toBe(false);
  expect(fromMessages(whole.body)).toEqual({
    id: "x",
    model: "m",
    usage: { input_tokens: 9, output_tokens: 12 },
    choices: [
      {
        index: 0,
        finish_reason: "tool_calls",
        message: {
          role: "assistant",
          content: "look",
          reasoning_content: "hm so",
          tool_calls: [
            { id: "t", type: "function", function: { name: "run", arguments: '{"cmd":"ls"}' } },
          ],
          thinking_blocks: [{ type: "thinking", thinking: "hm so", signature: "c2ln" }],
        },
      },
    ],
  });
});

test("a Responses stream is its last event, and nothing without it", () => {
  const output = [{ type: "message", content: [{ type: "output_text", text: "hello" }] }];
  const first = sse({ type: "response.output_text.delta", delta: "hello" });
  const last = sse({
    type: "response.completed",
    response: { id: "r", status: "completed", output },
  });
  expect(hear(first, STREAMS.responses())).toEqual({ body: null, isWhole: false });
  const { body, isWhole } = hear(first + last, STREAMS.responses());
  expect(isWhole).toBe(true);
  expect(fromResponses(body)).toMatchObject({
    choices: [{ finish_reason: "stop", message: { content: "hello" } }],
  });
});

// ---------------------------------------------------------------------------------------------

type Play = (response: ServerResponse, body: Record<string, unknown>, n: number) => void;

/** A server that does with each request what `play` does. */
async function playing(play: Play): Promise<{ url: string; bodies: Record<string, unknown>[] }> {
  const bodies: Record<string, unknown>[] = [];
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => (text += chunk.toString()));
    request.on("end", () => {
      const body = JSON.parse(text) as Record<string, unknown>;
      play(response, body, bodies.push(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, bodies };
}

const refuse = (response: ServerResponse, message: string): void => {
  response.writeHead(400, { "content-type": "application/json" });
  response.end(JSON.stringify({ error: { message } }));
};

const stream = (response: ServerResponse, text: string): ServerResponse =>
  response.writeHead(200, { "content-type": "text/event-stream" }).end(text);

const GOOD = sse(
  delta({ content: "hello" }),
  delta({}, "stop"),
  { choices: [], usage: USAGE },
  "[DONE]",
);

test.each([
  "This model only supports streaming responses. Set stream=true.",
  "parameter.enable_thinking must be set to false for non-streaming calls",
  "Streaming is required for operations that may take longer than 10 minutes",
  "Non-streaming requests are not supported by this endpoint",
])("where whole replies are refused, streams are asked for at once: %s", async (words) => {
  const { url, bodies } = await playing((response, body): void =>
    body["stream"] === true ? void stream(response, GOOD) : refuse(response, words),
  );
  const { chat, ledger } = openClient(loopToml(url));
  const first = await chat(requestOf("x"), item("a"));
  expect(first).toMatchObject({ ok: true, reply: { content: "hello", usage: USAGE } });
  await chat(requestOf("y"), item("b"));
  expect(bodies.map((body) => body["stream"])).toEqual([undefined, true, true]);
  expect(bodies[1]).toMatchObject({ stream_options: { include_usage: true } });
  expect(ledger.spent().tokens).toBe(20);
});

test("a server that does not know the count at a stream's end is asked without it", async () => {
  const { url, bodies } = await playing((response, body): void =>
    "stream_options" in body
      ? refuse(response, "Unexpected fields in the request: {'stream_options'}")
      : void stream(response, GOOD),
  );
  const { chat } = openClient(loopToml(url, "stream = true"));
  expect(await chat(requestOf("x"), item("a"))).toMatchObject({ ok: true });
  expect(bodies).toHaveLength(2);
});

test("a server that wants neither whole replies nor streams is not asked in turns for ever", async () => {
  const { url, bodies } = await playing((response, body): void =>
    refuse(
      response,
      body["stream"] === true ? "streaming is not supported" : "only streaming is supported",
    ),
  );
  const { chat } = openClient(loopToml(url));
  expect(await chat(requestOf("x"), item("a"))).toMatchObject({ ok: false });
  expect(bodies.map((body) => body["stream"])).toEqual([undefined, true, undefined]);
});

test("stream = false is kept to, whatever the server says", async () => {
  const { url, bodies } = await playing((response) =>
    refuse(response, "only streaming is supported"),
  );
  const { chat } = openClient(loopToml(url, "stream = false"));
  expect(await chat(requestOf("x"), item("a"))).toMatchObject({ ok: false });
  expect(bodies.map((body) => body["stream"])).toEqual([undefined]);
});

test.each([
  [
    "its connection broke",
    (response: ServerResponse): void => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(GOOD.slice(0, 90), () => response.socket?.resetAndDestroy());
    },
  ],
  [
    "it ended in the midst of the text",
    (response: ServerResponse): void => void stream(response, sse(delta({ content: "hel" }))),
  ],
] as const)(
  "a stream that broke off is no reply, and is asked for again: %s",
  async (_how, breaks) => {
    const { url, bodies } = await playing((response, _body, n) =>
      n === 1 ? breaks(response) : void stream(response, GOOD),
    );
    const { chat } = openClient(loopToml(url, "stream = true"));
    expect(await chat(requestOf("x"), item("a"))).toMatchObject({ reply: { content: "hello" } });
    expect(bodies).toHaveLength(2);
  },
);

test("what a broken stream counted is booked, and once", async () => {
  const counted = {
    ...delta({ content: "hel" }),
    usage: { prompt_tokens: 70, completion_tokens: 30 },
  };
  const { url } = await playing(
    (response, _body, n) => void stream(response, n === 1 ? sse(counted) : GOOD),
  );
  const { chat, ledger } = openClient(loopToml(url, "stream = true"));
  await chat(requestOf("x"), item("a"));
  expect(ledger.spent().tokens).toBe(100 + 10);
});

test("a stream that was heard to its end counts although the connection broke after it", async () => {
  const { url, bodies } = await playing((response) => {
    response.writeHead(200, { "content-type": "text/event-stream", connection: "close" });
    response.write(GOOD, () => setTimeout(() => response.socket?.resetAndDestroy(), 100));
  });
  const { chat } = openClient(loopToml(url, "stream = true"));
  expect(await chat(requestOf("x"), item("a"))).toMatchObject({ reply: { content: "hello" } });
  expect(bodies).toHaveLength(1);
});

test("an error in the midst of a stream is the provider's word, not an answer", async () => {
  const said = sse(delta({ content: "hel" }), { error: { message: "slow down", code: 429 } });
  const { url } = await playing(
    (response, _body, n) => void stream(response, n === 1 ? said : GOOD),
  );
  const { chat, ledger } = openClient(loopToml(url, "stream = true"));
  expect(await chat(requestOf("x"), item("a"))).toMatchObject({ reply: { content: "hello" } });
  expect(ledger.calls()).toBe(2);
});

test("a connection that is cut after a long silence is asked for a stream the next time, and that is said", async () => {
  let hours = 0;
  const { url, bodies } = await playing((response, body) => {
    if (body["stream"] === true) return void stream(response, GOOD);
    hours += 61_000;
    response.socket?.resetAndDestroy();
  });
  const notes: string[] = [];
  const { chat } = openClient(loopToml(url), {
    clock: () => performance.now() + hours,
    progress: { ...silentProgress, note: (line: string) => notes.push(line) },
  });
  expect(await chat(requestOf("x"), item("a"))).toMatchObject({ reply: { content: "hello" } });
  expect(bodies.map((body) => body["stream"])).toEqual([undefined, true]);
  expect(notes.slice(0, 1)).toEqual([
    "m at loop: cut off after 61 s without a word (reset); its replies are asked for as streams from now on",
  ]);
});

test("a connection that breaks soon says nothing of streams", async () => {
  const { url, bodies } = await playing((response, _body, n) =>
    n === 1
      ? void response.socket?.resetAndDestroy()
      : void response
          .writeHead(200, { "content-type": "application/json" })
          .end(
            JSON.stringify({ choices: [{ message: { content: "hi" }, finish_reason: "stop" }] }),
          ),
  );
  const { chat } = openClient(loopToml(url));
  expect(await chat(requestOf("x"), item("a"))).toMatchObject({ reply: { content: "hi" } });
  expect(bodies.map((body) => body["stream"])).toEqual([undefined, undefined]);
});

test("events that come one by one are read whole, from many streams at once", async () => {
  const server = await startLlmServer({ latencyMs: 200, events: 40, answerChars: 3000 });
  onTestFinished(() => server.close());
  const { chat } = openClient(loopToml(server.url, "stream = true"));
  const asked = Array.from({ length: 40 }, (_, i) => chat(requestOf(`i${i}`), item(`i${i}`)));
  for (const outcome of await Promise.all(asked)) {
    expect(outcome).toMatchObject({ ok: true, reply: { usage: { completion_tokens: 100 } } });
    if (outcome.ok) expect(outcome.reply.content).toHaveLength(3000);
  }
  expect(server.stats.requests).toBe(40);
});

test("a stream over a connection that is closed at its end, or that stalls, ends as it should", async () => {
  const { url } = await playing((response, _body, n) => {
    response.writeHead(200, {
      "content-type": "text/event-stream",
      connection: n === 1 ? "close" : "keep-alive",
    });
    const events = GOOD.split("\n\n");
    if (n > 1) return void response.write(`${events[0]}\n\n`);
    let at = 0;
    const timer = setInterval(() => {
      if (at < events.length) response.write(`${events[at++]}\n\n`);
      else {
        clearInterval(timer);
        response.socket?.end();
      }
    }, 30);
  });
  const { chat } = openClient(loopToml(url, "stream = true\ntimeout_s = 1.5\ntries = 1"));
  expect(await chat(requestOf("x"), item("a"))).toMatchObject({ reply: { content: "hello" } });
  const stalled = await chat(requestOf("y"), item("b"));
  expect(stalled).toMatchObject({ ok: false, failure: { kind: "provider" } });
});
