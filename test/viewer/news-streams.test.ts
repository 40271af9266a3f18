/** A page that is open and does not read: what waits for it is bounded, whatever changes. */
import { connect, type AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { expect, onTestFinished, test } from "vitest";
import { newsStreams } from "../../src/viewer/news-streams.ts";

const MB = 1 << 20;

test("for a page that does not read news is made as often as the connection takes it, not as often as there is some", async () => {
  const streams = newsStreams();
  const changed = new Set<() => void>();
  let made = 0;
  const app = new Hono().get("/news", (c) =>
    streams.open(
      c,
      (listener) => {
        changed.add(listener);
        return () => changed.delete(listener);
      },
      () => `${++made} ${"x".repeat(MB)}`,
    ),
  );
  const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" });
  await new Promise((done) => server.once("listening", done));
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  onTestFinished(() => {
    socket.destroy();
    server.close();
  });
  socket.pause();
  socket.write("GET /news HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n");
  while (changed.size === 0) await new Promise((done) => setTimeout(done, 5));
  for (let round = 0; round < 200; round++) {
    for (const listener of changed) listener();
    await new Promise((done) => setTimeout(done, 2));
  }
  // What the system's buffers of a connection hold, some megabytes, and one more.
  expect(made).toBeGreaterThan(0);
  expect(made).toBeLessThan(40);
  // It is forgotten with its connection.
  socket.destroy();
  while (changed.size > 0) await new Promise((done) => setTimeout(done, 5));
});
