/**
 * Streams of servers that mean no good, or are broken: cut anywhere, without an end, without an event, too long.
 * Each is a reply or a fault in words, and takes neither the memory nor the time of the calls beside it.
 */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { hear, STREAMS } from "../../../src/io/chat/stream.ts";
import { item, loopToml, openClient, requestOf } from "../../support/client.ts";

const TEXT = 'THOUGHT: say "ü 雪 🦉"\n';
const USAGE = { prompt_tokens: 7, completion_tokens: 3 };
const event = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
const said = (content: string): string => event({ choices: [{ index: 0, delta: { content } }] });
const END = `${event({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] })}${event({ choices: [], usage: USAGE })}data: [DONE]\n\n`;
const GOOD = said(TEXT) + END;

type Play = (response: ServerResponse) => void | Promise<void>;

/** A server that streams what is played; `taken` are the bytes that the client took of each answer. */
async function streaming(play: Play): Promise<{ url: string; taken: () => readonly number[] }> {
  const sockets: { readonly bytesWritten: number; readonly writableLength: number }[] = [];
  const server = createServer((request, response) => {
    request.resume();
    request.on("end", () => {
      if (response.socket !== null) sockets.push(response.socket);
      response.writeHead(200, { "content-type": "text/event-stream" });
      void play(response);
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    taken: () => sockets.map(({ bytesWritten }) => bytesWritten),
  };
}

/** Writes the same for ever, as fast as it is taken, until the client goes. */
async function forEver(response: ServerResponse, piece: Buffer): Promise<void> {
  while (!response.destroyed) {
    if (response.write(piece)) continue;
    await new Promise((done) => response.once("drain", done));
  }
}

async function pieceByPiece(response: ServerResponse, pieces: readonly Buffer[]): Promise<void> {
  for (const piece of pieces) {
    response.write(piece);
    await new Promise((done) => setImmediate(done));
  }
  response.end();
}

const MB = 1 << 20;
const once = "stream = true\ntries = 1";

test.each([
  ["amid characters of several bytes", 1],
  ["amid events, which stand in several pieces", 7],
])("a stream that is cut into pieces %s is the reply that it is whole", async (_how, length) => {
  const bytes = Buffer.from(GOOD);
  const pieces = Array.from({ length: Math.ceil(bytes.length / length) }, (_, at) =>
    bytes.subarray(at * length, (at + 1) * length),
  );
  const { url } = await streaming((response) => pieceByPiece(response, pieces));
  const { chat } = openClient(loopToml(url, once));
  expect(await chat(requestOf("x"), item("a"))).toMatchObject({
    ok: true,
    reply: { content: TEXT, usage: USAGE },
  });
});

test("a character that the connection's end cuts is no reply, and is said", async () => {
  const { url } = await streaming((response) => {
    const bytes = Buffer.from(said("雪"));
    response.end(bytes.subarray(0, bytes.indexOf(Buffer.from("雪")) + 1));
  });
  const { chat } = openClient(loopToml(url, once));
  expect(await chat(requestOf("x"), item("a"))).toMatchObject({
    ok: false,
    failure: { message: expect.stringContaining("the stream of the reply broke off") },
  });
});

test.each([
  ["one line without an end", "x"],
  ["one event of 100 MB and more", "data: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"],
  ["comments and nothing else", ": keep-alive\n\n"],
  ["empty lines", "\r\n"],
])(
  "a server that sends %s is let go at 64 MB, in words",
  async (_what, piece) => {
    const { url, taken } = await streaming((response) =>
      forEver(response, Buffer.alloc(MB, piece)),
    );
    const { chat } = openClient(loopToml(url, once));
    const outcome = await chat(requestOf("x"), item("a"));
    expect(outcome).toMatchObject({
      ok: false,
      failure: { message: expect.stringContaining("the answer is over 67108864 bytes") },
    });
    // What the system keeps between the two is all that may come above it.
    expect(Math.max(...taken())).toBeLessThan(80 * MB);
  },
  60_000,
);

test("a server that sends a comment now and then for ever is let go when its time is over", async () => {
  const { url } = await streaming((response) => {
    const timer = setInterval(() => response.write(": wait\n\n"), 50);
    response.once("close", () => clearInterval(timer));
  });
  const { chat } = openClient(loopToml(url, `${once}\ntimeout_s = 1`));
  expect(await chat(requestOf("x"), item("a"))).toMatchObject({
    ok: false,
    failure: { message: expect.stringMatching(/time/) },
  });
});

test.each([
  ["events that are no JSON", "data: {\n\n", "more than 1000 of its events are no JSON"],
  ["an event of very many lines", "data: x\n", "one of its events has more than 65536 lines"],
])("nobody listens to the end of %s", (_what, piece, why) => {
  const text = piece.repeat(70_000) + GOOD;
  for (const listen of [STREAMS.chat, STREAMS.messages]) {
    expect(hear(text, listen())).toMatchObject({ isWhole: false, why });
  }
});

test("events that are no JSON are said, and asked for again as a stream that broke off", async () => {
  let n = 0;
  const { url } = await streaming((response) => {
    response.end(++n === 1 ? "data: {\n\n".repeat(2000) + GOOD : GOOD);
  });
  const { chat, ledger } = openClient(loopToml(url, "stream = true\ntries = 2"));
  expect(await chat(requestOf("x"), item("a"))).toMatchObject({ reply: { content: TEXT } });
  expect(ledger.calls()).toBe(2);
});

test("words that keep alive, comments and empty events are passed over", () => {
  const text = `: hi\n\ndata: ping\n\n${"data:\n\n".repeat(5000)}${GOOD}`;
  expect(hear(text, STREAMS.chat())).toMatchObject({
    isWhole: true,
    body: { choices: [{ message: { content: TEXT } }] },
  });
});

const anthropic = (...events: object[]): string => events.map(event).join("");
const DELTA = { type: "content_block_delta", index: 0 };
const STREAMED = {
  chat: [said("rm -rf build"), said("/tmp/one"), END],
  messages: [
    anthropic(
      { type: "message_start", message: { id: "x", usage: {} } },
      { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
      { ...DELTA, delta: { type: "text_delta", text: "rm -rf build" } },
    ),
    event({ ...DELTA, delta: { type: "text_delta", text: "/tmp/one" } }),
    anthropic({ type: "message_stop" }),
  ],
  responses: [
    event({ type: "response.output_text.delta", delta: "rm -rf build" }),
    event({ type: "response.output_text.delta", delta: "/tmp/one" }),
    event({ type: "response.completed", response: { id: "x", output: [] } }),
  ],
} as const;

test.each(["chat", "messages", "responses"] as const)(
  "a %s stream that lost the end of an event is no reply, in whatever place; one cut behind its end is",
  (api) => {
    const [first, second, end] = STREAMED[api];
    const torn = `${second.slice(0, -8)}\n\n`;
    const heard = (text: string) => hear(text, STREAMS[api]());
    expect(heard(first + second + end)).toMatchObject({ isWhole: true });
    for (const text of [torn + first + end, first + torn + end, `data: [1\n\n${first}${end}`]) {
      expect(heard(text)).toMatchObject({ isWhole: false, why: "an event of it is no JSON" });
    }
    expect(heard(`${first}${end}data: {"usa`)).toMatchObject({ isWhole: true });
    expect(heard(`${first}${second}data: [DONE]\n\n${end}`)).not.toHaveProperty("why");
  },
);

test("a stream that lost an event is asked for again, and said in words", async () => {
  let n = 0;
  const torn = `${said("rm -rf build")}${said("/tmp/one").slice(0, -8)}\n\n${END}`;
  const { url } = await streaming((response) => {
    response.end(++n === 1 ? torn : GOOD);
  });
  const again = openClient(loopToml(url, "stream = true\ntries = 2"));
  expect(await again.chat(requestOf("x"), item("a"))).toMatchObject({ reply: { content: TEXT } });
  expect(again.ledger.calls()).toBe(2);
  n = 0;
  const { chat } = openClient(loopToml(url, once));
  expect(await chat(requestOf("x"), item("a"))).toMatchObject({
    ok: false,
    failure: { message: expect.stringContaining("broke off: an event of it is no JSON") },
  });
});

test("nothing behind [DONE] counts, be it one event or a run of them, whole or torn", () => {
  const more = said(" and more").repeat(5);
  for (const behind of [more, more + END, `${more}data: {"choi\n\n`]) {
    for (const before of [GOOD, said("a") + said("b") + said("c")]) {
      const done = before.endsWith("[DONE]\n\n") ? before : `${before}data: [DONE]\n\n`;
      expect(hear(done + behind, STREAMS.chat())).toEqual(hear(done, STREAMS.chat()));
    }
  }
});

test.each(["chat", "messages", "responses"] as const)(
  "a byte order mark and lines of every ending leave a %s stream as it is",
  (api) => {
    const text = STREAMED[api].join("");
    const written = [
      `\uFEFF${text}`,
      text.replaceAll("\n", "\r"),
      text.replaceAll("\n", "\r\n"),
      `\uFEFF${text.replace("\n\n", "\r\r\n")}`,
    ];
    for (const one of written) {
      expect(hear(one, STREAMS[api]())).toEqual(hear(text, STREAMS[api]()));
    }
  },
);
