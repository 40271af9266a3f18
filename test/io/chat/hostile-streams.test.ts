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

test("a few broken or empty events are passed over", () => {
  const text = `data: {\n\n${"data:\n\n".repeat(5000)}${GOOD}`;
  expect(hear(text, STREAMS.chat())).toMatchObject({
    isWhole: true,
    body: { choices: [{ message: { content: TEXT } }] },
  });
});
