/** Serving on this machine: a port, a wait, an end, and nothing that outlives us. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { freePort, isFree, serve, type ServeWish, type Server } from "../../src/trainer/serve.ts";
import { fakeServer } from "../support/fake-server.ts";

function start(
  program: string,
  more: Partial<ServeWish> = {},
  args: readonly string[] = ["serve", "m"],
): Promise<Server | null> {
  const server = { program, args, env: {} };
  return serve({ server, health: "/health", seconds: 60, ...more });
}

const isLiving = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

async function untilDead(pid: number): Promise<void> {
  while (isLiving(pid)) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe("a server that is started here", () => {
  test("answers at a free port, and is gone with its port after its end", async () => {
    const fake = fakeServer();
    const server = await start(fake.program);
    const port = Number(new URL(server?.address ?? "").port);
    expect(await isFree(port)).toBe(false);
    expect((await fetch(`${server?.address ?? ""}/health`)).status).toBe(200);
    await server?.end();
    expect(await isFree(port)).toBe(true);
    expect(fake.events().map(({ event }) => event)).toEqual(["start", "end"]);
  });

  test("takes the port that is named", async () => {
    const port = await freePort();
    const server = await start(fakeServer().program, { port });
    expect(server?.address).toBe(`http://127.0.0.1:${port}`);
    await server?.end();
  });

  test("with workers of its own is ended as a whole, also where it does not heed SIGTERM", async () => {
    const fake = fakeServer({
      before: `const worker = require("node:child_process").spawn(process.execPath, ["-e", "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)"]);
fs.appendFileSync(__filename.replace("vllm", "worker.txt"), String(worker.pid));`,
    });
    const server = await start(fake.program);
    const { readFileSync } = await import("node:fs");
    const worker = Number(readFileSync(fake.program.replace(/vllm$/, "worker.txt"), "utf8"));
    expect(isLiving(worker)).toBe(true);
    await server?.end();
    await untilDead(worker);
    expect(isLiving(worker)).toBe(false);
  });

  test("ends when we are killed: nobody holds the device on", async () => {
    const fake = fakeServer();
    const code = `import { serve } from ${JSON.stringify(new URL("../../src/trainer/serve.ts", import.meta.url).href)};
const server = await serve({ server: { program: ${JSON.stringify(fake.program)}, args: ["serve", "m"], env: {} }, health: "/health", seconds: 60 });
console.log(server.address);
setInterval(() => {}, 1000);`;
    const us = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", code], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    onTestFinished(() => void us.kill("SIGKILL"));
    await once(us.stdout, "data");
    const [{ pid } = { pid: 0 }] = fake.events();
    expect(isLiving(pid)).toBe(true);
    us.kill("SIGKILL");
    await untilDead(pid);
    expect(isLiving(pid)).toBe(false);
  });

  test("is not waited for after Ctrl-C", async () => {
    const stop = new AbortController();
    const fake = fakeServer({
      before: "setInterval(() => {}, 1000); http.createServer = () => ({ listen: () => {} });",
    });
    const starting = start(fake.program, { signal: stop.signal });
    while (fake.events().length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    stop.abort();
    expect(await starting).toBeNull();
    await untilDead(fake.events()[0]?.pid ?? 0);
  });
});

describe("a server that does not come up says so", () => {
  test("a port in use", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    onTestFinished(() => void other.close());
    const { port } = other.address() as AddressInfo;
    await expect(start(fakeServer().program, { port })).rejects.toMatchObject({
      message: `port ${port} is in use`,
      hint: expect.stringContaining("leave --port out"),
    });
  });

  test("a program that is not there", async () => {
    await expect(start("no-such-server")).rejects.toMatchObject({
      message: expect.stringMatching(
        /no-such-server serve m --host \.\.\. ended before it answered/,
      ),
      hint: expect.stringContaining("put it on PATH"),
    });
  });

  test("one that ends with words of its own", async () => {
    const { program } = fakeServer({
      before: 'console.error("CUDA out of memory"); process.exit(3);',
    });
    await expect(start(program)).rejects.toMatchObject({
      message: expect.stringContaining("ended before it answered:\n  CUDA out of memory"),
      hint: expect.stringContaining("[reign] server_args"),
    });
  });

  test("one that stays silent", async () => {
    const { program } = fakeServer({
      before: "setInterval(() => {}, 1000); http.createServer = () => ({ listen: () => {} });",
    });
    await expect(start(program, { seconds: 0.5 })).rejects.toThrow("gave no answer in 0.5 s");
  });
});
