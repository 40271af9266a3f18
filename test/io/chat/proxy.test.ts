/** Through a proxy on the loopback, that tunnels (CONNECT) or passes whole addresses on. */
import { createServer, request, type Server } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { item, KEY, loopToml, openClient, requestOf } from "../../support/client.ts";
import { startLlmServer } from "../../support/llm-server.ts";

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
