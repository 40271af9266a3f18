import { createServer, type Server } from "node:http";
import { connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { greeting, portNumber } from "../../src/viewer/greeting.ts";
import { MAX_STREAMS } from "../../src/viewer/news-streams.ts";
import { startViewer, type Viewer } from "../../src/viewer/server.ts";
import { workspaceAt } from "../../src/viewer/workspaces.ts";
import { tempProject } from "../support/project.ts";
import { startScript } from "../support/scripts.ts";

const start = (root: string, host: string, port: number): Promise<Viewer> =>
  startViewer({
    workspaces: [workspaceAt(root, {}, {})],
    host,
    port,
    now: () => new Date(),
  });

const STARTED = {
  url: "http://127.0.0.1:4871/",
  port: 4871,
  taken: [],
  turns: 24,
  unread: 0,
  host: "127.0.0.1",
  tookMs: 120,
};

test("the viewer says what it read, where to look and how to end it", () => {
  expect(greeting(STARTED)).toEqual([
    "view: 24 turns read in 120 ms",
    "open http://127.0.0.1:4871/",
    "Ctrl-C ends it",
  ]);
});

test("a taken port is said, and so is what --host exposes", () => {
  expect(greeting({ ...STARTED, taken: [4870] })[0]).toBe("port 4870 is taken: using 4871");
  expect(greeting({ ...STARTED, host: "0.0.0.0" }).join("\n")).toContain(
    "listening on 0.0.0.0: everybody who reaches this machine and has the key below can read the whole workspace",
  );
});

test("an address that others can reach carries a key", async () => {
  const viewer = await start(tempProject({ "answer/.gitkeep": "" }), "0.0.0.0", 0);
  onTestFinished(() => viewer.close());
  expect(viewer.url).toMatch(/\?key=[0-9a-f]{32}$/);
  expect((await fetch(`http://127.0.0.1:${viewer.port}/`)).status).toBe(401);
});

test("an address of another machine is refused with what to do", async () => {
  await expect(start(tempProject(), "203.0.113.7", 0)).rejects.toMatchObject({
    message: "view: cannot listen on 203.0.113.7 port 0 (EADDRNOTAVAIL)",
    hint: "give an address of this machine with --host, and a port above 1023 with --port",
  });
});

test("when no port is free the error names the ports tried", async () => {
  const servers: Server[] = [];
  onTestFinished(async () => {
    for (const server of servers) await new Promise((resolve) => server.close(resolve));
  });
  const first = 47_310;
  for (let port = first; port < first + 20; port++) {
    const server = createServer();
    servers.push(server);
    await new Promise<void>((resolve) => {
      // Taken by somebody else is taken as well.
      server.once("error", () => resolve());
      server.listen(port, "127.0.0.1", resolve);
    });
  }
  await expect(start(tempProject(), "127.0.0.1", first)).rejects.toMatchObject({
    message: `view: the ports ${first} to ${first + 19} are all taken`,
    hint: "name another with --port",
  });
});

test.each(["-1", "65536", "1.5", "http"])("--port %s is no port", (value) => {
  expect(() => portNumber(value)).toThrow("expected a port from 0 to 65535.");
});

test("npm run view opens on an empty workspace and ends with Ctrl-C", async () => {
  const root = tempProject({ "answer/.gitkeep": "" });
  const { child, ended } = startScript("view", ["--root", root, "--port", "0"]);
  const url = await new Promise<string>((resolve) => {
    let text = "";
    child.stdout?.on("data", (data: Buffer) => {
      text += data.toString();
      const found = /open (\S+)/.exec(text)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  expect(await (await fetch(url)).text()).toContain("No duels yet");
  child.kill("SIGINT");
  expect(await ended).toMatchObject({ code: 0, stderr: "" });
});

/** Sends raw bytes and gives what came back until the line was closed, with what was taken of the rest. */
function rawPost(
  port: number,
  head: string,
  megabytes: number,
): Promise<{ text: string; sent: number }> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const block = Buffer.alloc(1 << 20, "a");
    let text = "";
    let sent = 0;
    const more = (): void => {
      while (sent < megabytes) {
        sent++;
        if (!socket.write(block)) return void socket.once("drain", more);
      }
    };
    socket.on("data", (data: Buffer) => (text += data.toString()));
    socket.on("error", () => {});
    socket.on("close", () => resolve({ text, sent }));
    socket.write(head, () => more());
  });
}

test.each([
  ["announced", "content-length: 209715200"],
  ["in chunks", "transfer-encoding: chunked"],
])(
  "200 MB posted by any web page are not read: %s",
  async (_name, length) => {
    const viewer = await start(tempProject({ "answer/.gitkeep": "" }), "127.0.0.1", 0);
    onTestFinished(() => viewer.close());
    const head = `POST /undo HTTP/1.1\r\nhost: 127.0.0.1:${viewer.port}\r\norigin: https://evil.example\r\ncontent-type: application/x-www-form-urlencoded\r\n${length}\r\n\r\n${length.includes("chunked") ? "c800000\r\n" : ""}`;
    const before = process.memoryUsage().rss;
    const { text, sent } = await rawPost(viewer.port, head, 200);
    expect(text).toMatch(/^HTTP\/1\.1 (?:413|403) /);
    expect(sent).toBeLessThan(60);
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
  },
  60_000,
);

test("more than 64 streams of news are refused, and a closed one makes room", async () => {
  const viewer = await start(tempProject({ "answer/.gitkeep": "" }), "127.0.0.1", 0);
  onTestFinished(() => viewer.close());
  const url = `http://127.0.0.1:${viewer.port}/events`;
  const aborts = Array.from({ length: MAX_STREAMS }, () => new AbortController());
  const open = await Promise.all(aborts.map(({ signal }) => fetch(url, { signal })));
  expect(open.map(({ status }) => status)).toEqual(open.map(() => 200));
  const refused = await fetch(url);
  expect(refused.status).toBe(503);
  expect(await refused.text()).toContain("64 pages are open already");
  for (const one of aborts) one.abort();
  await expect
    .poll(async () => {
      const again = new AbortController();
      const { status } = await fetch(url, { signal: again.signal });
      again.abort();
      return status;
    })
    .toBe(200);
});

test("style and scripts leave packed for who takes them so", async () => {
  const viewer = await startViewer({
    workspaces: [workspaceAt(tempProject(), {}, {})],
    host: "127.0.0.1",
    port: 0,
    now: () => new Date(),
  });
  onTestFinished(() => viewer.close());
  const asked = async (encoding: string): Promise<readonly [string | null, number, string]> => {
    const reply = await fetch(`${viewer.url}assets/viewer.css`, {
      headers: { "accept-encoding": encoding },
    });
    const length = Number(reply.headers.get("content-length"));
    return [reply.headers.get("content-encoding"), length, await reply.text()];
  };
  const [packed, few, text] = await asked("gzip, br");
  const [plain, , same] = await asked("identity");
  expect([packed, plain, same]).toEqual(["gzip", null, text]);
  const takes = ["*", "br;q=1, gzip;q=0.5", "GZIP ; Q=1"];
  for (const one of takes) expect(await asked(one)).toEqual([packed, few, text]);
  const refuses = ["gzip;q=0", "br, gzip; q=0.0", "*;q=0", "gzip;q=0, *", "not-gzip"];
  for (const one of refuses) expect((await asked(one))[0]).toBeNull();
  expect(few).toBeLessThan(text.length / 2);
  expect(text).toContain(".chip");
});
