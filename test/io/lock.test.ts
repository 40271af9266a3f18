import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { lockHolder, lockWorkspace } from "../../src/io/lock.ts";
import { isLiving, startOf } from "../../src/io/process-start.ts";
import { tempProject } from "../support/project.ts";

/** A workspace that this process holds, with fields of its lock changed. */
async function held(over: Record<string, unknown> = {}): Promise<string> {
  const root = tempProject();
  await lockWorkspace(root, "king");
  const holder = JSON.parse(readFileSync(join(root, ".lock"), "utf8")) as object;
  writeFileSync(join(root, ".lock"), JSON.stringify({ ...holder, ...over }));
  return root;
}

test.each([
  ["as it is", {}, "king"],
  ["under a new host name", { host: "renamed" }, "king"],
  ["of an older build", { boot: undefined, folder: undefined }, "king"],
  [
    "of an older build on another host",
    { boot: undefined, folder: undefined, host: "far" },
    "king",
  ],
  ["of another machine on a shared disk", { boot: "theirs", host: "far" }, "king"],
  ["of an earlier boot", { boot: "earlier", host: hostname() }, null],
  ["of a process that began at another time", { started: "1" }, null],
  ["of another folder", { folder: "1" }, null],
])("a lock %s is judged by boot, pid, start and folder", async (_name, over, stage) => {
  expect(lockHolder(await held(over))).toBe(stage);
});

test("a copy of a workspace is free, a renamed one is held", async () => {
  const root = await held();
  const copy = `${root}-copy`;
  cpSync(root, copy, { recursive: true });
  expect(lockHolder(copy)).toBeNull();
  await (
    await lockWorkspace(copy, "validate")
  )();
  renameSync(copy, `${copy}-2`);
  const unlock = await lockWorkspace(`${copy}-2`, "king");
  renameSync(`${copy}-2`, copy);
  expect(lockHolder(copy)).toBe("king");
  await expect(lockWorkspace(copy, "validate")).rejects.toThrow(/king is already running in/);
  await unlock();
  renameSync(copy, join(root, "copy"));
});

test("of another machine the message says what to delete", async () => {
  const root = await held({ boot: "theirs", host: "far" });
  await expect(lockWorkspace(root, "validate")).rejects.toMatchObject({
    message: expect.stringContaining(" on far)") as string,
    hint: `wait until it has ended; if that machine is gone, delete ${join(root, ".lock")}`,
  });
});

test.skipIf(process.platform !== "linux")(
  "a holder that was killed and that nobody has waited for yet holds nothing",
  async () => {
    // A shell whose child ends, and that turns into a program which waits for nobody.
    const parent = spawn("sh", ["-c", "sh -c 'echo $$' & exec sleep 600"]);
    onTestFinished(() => void parent.kill("SIGKILL"));
    const pid = Number(String((await once(parent.stdout, "data"))[0]));
    await expect
      .poll(() => readFileSync(`/proc/${pid}/stat`, "utf8"), { timeout: 30_000 })
      .toContain(") Z ");
    const root = await held({ pid, started: startOf(pid) });
    expect(lockHolder(root)).toBeNull();
    await (
      await lockWorkspace(root, "king")
    )();
    expect(isLiving(parent.pid ?? 0)).toBe(true);
  },
  60_000,
);
