/** Through a proxy on the loopback, that tunnels (CONNECT) or passes whole addresses on. */
import { createServer, request, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { connect, type AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { makeCertificate } from "../../support/certificate.ts";
import { item, KEY, loopToml, openClient, requestOf } from "../../support/client.ts";
import { promptsOf } from "../../support/king-world.ts";
import { startLlmServer } from "../../support/llm-server.ts";
import { tempProject } from "../../support/project.ts";
import { runScriptFile, type Ran } from "../../support/scripts.ts";

/** Gives the proxy's address and what it was asked to reach. */
async function startProxy(status = 200): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const proxy: Server = createServer((incoming, response) => {
    asked.push(incoming.url ?? "");
    if (status !== 200) {
      response.writeHead(status);
      return void response.end("<h1>Proxy Authentication Required</h1>");
    }
    const { method, headers } = incoming;
    const passed = request(incoming.url ?? "", { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    incoming.pipe(passed);
  });
  proxy.on("connect", (incoming, socket) => {
    asked.push(`CONNECT ${incoming.url}`);
    if (status !== 200) return void socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
    const [host, port] = (incoming.url ?? "").split(":");
    const onward = connect(Number(port), host, () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      onward.pipe(socket);
      socket.pipe(onward);
    });
    onward.on("error", () => socket.destroy());
    socket.on("error", () => onward.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, asked };
}

test.each(["HTTP_PROXY", "http_proxy"])("%s is obeyed", async (name) => {
  const server = await startLlmServer();
  onTestFinished(() => server.close());
  const proxy = await startProxy();
  const { chat } = openClient(loopToml(server.url), { env: { LOOP_KEY: KEY, [name]: proxy.url } });
  expect((await chat(requestOf("x"), item("a"))).ok).toBe(true);
  expect(proxy.asked.join()).toContain(`127.0.0.1:${server.port}`);
});

test("NO_PROXY goes straight to the server", async () => {
  const server = await startLlmServer();
  onTestFinished(() => server.close());
  const proxy = await startProxy();
  const env = { LOOP_KEY: KEY, HTTP_PROXY: proxy.url, NO_PROXY: "127.0.0.1,localhost" };
  const { chat } = openClient(loopToml(server.url), { env });
  expect((await chat(requestOf("x"), item("a"))).ok).toBe(true);
  expect(proxy.asked).toEqual([]);
});

test("HTTPS_PROXY alone leaves http addresses alone", async () => {
  const server = await startLlmServer();
  onTestFinished(() => server.close());
  const proxy = await startProxy();
  const { chat } = openClient(loopToml(server.url), {
    env: { LOOP_KEY: KEY, HTTPS_PROXY: proxy.url },
  });
  expect((await chat(requestOf("x"), item("a"))).ok).toBe(true);
});

const ANSWER = JSON.stringify({
  choices: [{ message: { content: "THOUGHT: look.\n\n```bash\nls\n```" }, finish_reason: "stop" }],
});

/** stage:king in a process of its own against an https server, with the certificate trusted or not. */
async function kingOverTls(
  isTrusted: boolean,
  proxy: string,
): Promise<{ ran: Ran; port: number; keys: string[] }> {
  const { cert, key } = makeCertificate();
  const keys: string[] = [];
  const server = createTlsServer({ cert, key }, (incoming, response) => {
    keys.push(incoming.headers.authorization ?? "");
    incoming.resume().on("end", () => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(ANSWER);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const toml = `${loopToml(`https://127.0.0.1:${port}/v1`, "tries = 2\nbreaker = 2")}[king]\nprovider = "loop"\n`;
  const root = tempProject({
    "chain.toml": toml,
    "loopback.pem": cert,
    "prompt/prompts_2_001.json": promptsOf(2),
  });
  const ran = await runScriptFile("king", ["--root", root, "--yes", "--json"], {
    LOOP_KEY: KEY,
    HTTPS_PROXY: proxy,
    ...(isTrusted ? { NODE_EXTRA_CA_CERTS: join(root, "loopback.pem") } : {}),
  });
  return { ran, port, keys };
}

test("an https server is reached through a tunnel, trusted by NODE_EXTRA_CA_CERTS", async () => {
  const proxy = await startProxy();
  const { ran, port, keys } = await kingOverTls(true, proxy.url);
  expect(ran.stderr).not.toContain("->");
  expect(ran.code).toBe(0);
  expect(JSON.parse(ran.stdout)).toMatchObject({ kept: 2, pending: 0 });
  // The proxy saw where it went, and neither key nor prompt.
  expect([...new Set(proxy.asked)]).toEqual([`CONNECT 127.0.0.1:${port}`]);
  expect(keys).toEqual([`Bearer ${KEY}`, `Bearer ${KEY}`]);
}, 60_000);

test("a certificate that nobody vouches for is said, and nothing is sent", async () => {
  const proxy = await startProxy();
  const { ran, keys } = await kingOverTls(false, proxy.url);
  expect(ran.code).toBe(2);
  expect(ran.stderr).toMatch(/self.signed certificate/i);
  expect(keys).toEqual([]);
}, 60_000);

test("a proxy that wants a login is said with the variables to look at", async () => {
  const proxy = await startProxy(407);
  const { ran } = await kingOverTls(true, proxy.url);
  expect(ran.stderr).toMatch(/407|proxy/i);
  expect(JSON.parse(ran.stdout)).toMatchObject({ kept: 0, dropped: {}, pending: 2 });
}, 60_000);
