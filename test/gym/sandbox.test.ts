/** The sandbox holds back what tries to leave it, by harmless means. */
import { existsSync, mkdirSync, writeFileSync, chmodSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { folderBytes } from "../../src/gym/folder-bytes.ts";
import { openSandbox, PLAIN_WARNING, type SandboxCall } from "../../src/gym/sandbox.ts";
import { tempProject } from "../support/project.ts";

const LIMITS = { seconds: 60, memoryMb: 512, processes: 40, diskMb: 5, outputBytes: 10_000 };
const auto = await openSandbox("auto");
const noBubblewrap = auto.kind !== "bubblewrap";
if (noBubblewrap) console.log("skipped: what needs bubblewrap (apt install bubblewrap)");

/** A folder of its own, writable inside as /testbed. */
function writable(root: string): string {
  const folder = join(root, "testbed");
  mkdirSync(folder);
  chmodSync(folder, 0o777);
  return folder;
}

function call(folder: string, command: string, over: Partial<SandboxCall> = {}): SandboxCall {
  const mounts = [{ from: folder, to: "/testbed", writable: true }];
  return { command, cwd: "/testbed", mounts, limits: LIMITS, ...over };
}

test.skipIf(noBubblewrap).each([
  ["a file of the workspace", (root: string) => `cat ${root}/secret`],
  ["the home of the user", () => "ls -A /root /home/* 2>/dev/null | grep . || exit 1"],
  ["another process's environment", () => "cat /proc/[0-9]*/environ | grep -q KINGMAKER_TEST"],
  ["/etc/shadow", () => "cat /etc/shadow"],
  ["a file written outside", (root: string) => `echo x > ${root}/left`],
  ["a file written into the system", () => "echo x > /usr/left"],
])("in bubblewrap %s is out of reach", async (_, command) => {
  const root = tempProject({ secret: "a word\n" });
  const ended = await auto.run(call(writable(root), command(root)));
  expect(ended.code).not.toBe(0);
  expect(existsSync(join(root, "left"))).toBe(false);
});

test.skipIf(noBubblewrap)("in bubblewrap no server of this machine is reached", async () => {
  const server = createServer((_, reply) => reply.end("reached"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const folder = writable(tempProject());
  const open = `exec 3<>/dev/tcp/127.0.0.1/${port} && echo reached`;
  const ended = await auto.run(call(folder, open));
  expect(ended.output).not.toContain("reached\n");
  expect(ended.code).not.toBe(0);
});

test.skipIf(noBubblewrap)("in bubblewrap a storm of processes stops at the limit", async () => {
  const folder = writable(tempProject());
  const storm = "for i in $(seq 200); do sleep 30 & done 2>/dev/null; ls -d /proc/[0-9]* | wc -l";
  const { output, why } = await auto.run(
    call(folder, storm, { limits: { ...LIMITS, seconds: 8 } }),
  );
  // bash tries again for a while where it may not fork: both ends are the limit's work.
  const counts = output
    .split("\n")
    .map(Number)
    .filter((n) => n > 0);
  expect(why === "time" || counts.every((n) => n <= LIMITS.processes + 5)).toBe(true);
});

test.each(["auto", "plain"] as const)(
  "%s: output beyond the limit is cut, then ends it",
  async (kind) => {
    const sandbox = await openSandbox(kind);
    const folder = writable(tempProject());
    const { output, why } = await sandbox.run(call(folder, "yes"));
    expect(why).toBe("output");
    expect(output.length).toBe(LIMITS.outputBytes);
  },
);

test.each(["auto", "plain"] as const)("%s: a command that never ends is ended", async (kind) => {
  const sandbox = await openSandbox(kind);
  const folder = writable(tempProject());
  const limits = { ...LIMITS, seconds: 1 };
  const { why } = await sandbox.run(call(folder, "sleep 600 & sleep 600", { limits }));
  expect(why).toBe("time");
});

test.each(["auto", "plain"] as const)("%s: one file does not grow over the limit", async (kind) => {
  const sandbox = await openSandbox(kind);
  const folder = writable(tempProject());
  await sandbox.run(call(folder, "head -c 50000000 /dev/zero > big"));
  expect(folderBytes(folder)).toBeLessThanOrEqual(LIMITS.diskMb * 1024 * 1024);
});

test.each(["auto", "plain"] as const)("%s: memory over the limit is refused", async (kind) => {
  const sandbox = await openSandbox(kind);
  const folder = writable(tempProject());
  const limits = { ...LIMITS, memoryMb: 64 };
  const hungry = "x=$(head -c 200000000 /dev/zero | tr '\\0' x); echo ${#x}";
  const { output } = await sandbox.run(call(folder, hungry, { limits }));
  expect(output).not.toContain("200000000");
});

test("what is watched ends a command by its reason", async () => {
  const folder = writable(tempProject());
  const ended = await auto.run(call(folder, "sleep 600", { watch: () => "disk" }));
  expect(ended.why).toBe("disk");
});

test("the environment holds nothing of this process's own", async () => {
  const folder = writable(tempProject());
  for (const sandbox of [auto, await openSandbox("plain")]) {
    const { output } = await sandbox.run(call(folder, "env"));
    expect(output).toContain("TZ=UTC");
    expect(output).not.toMatch(/TOKEN|KEY|npm_|VITEST/);
  }
});

test("a plain sandbox says that it is no wall", async () => {
  const plain = await openSandbox("plain");
  expect(plain.warning).toBe(PLAIN_WARNING);
  expect(PLAIN_WARNING).toContain("with the network and every file of yours within reach");
});

test("a plain sandbox shows its folders under the names of the sandbox", async () => {
  const plain = await openSandbox("plain");
  const folder = writable(tempProject());
  writeFileSync(join(folder, "here"), "x");
  const { output } = await plain.run(call(folder, "pwd; ls /testbed/here"));
  expect(output).toBe("/testbed\n/testbed/here\n");
});
