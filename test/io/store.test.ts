import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { lockWorkspace } from "../../src/io/lock.ts";
import { diskError, openStore } from "../../src/io/store.ts";
import { UserError } from "../../src/errors.ts";
import { tempProject } from "../support/project.ts";

const schema = z.object({ name: z.string() });

test("a value written is read back, and no temp file stays", async () => {
  const store = openStore(tempProject());
  await store.write("answer/a.json", { name: "a" });
  expect(await store.read("answer/a.json", schema)).toEqual({ name: "a" });
  expect(readdirSync(store.path("answer"))).toEqual(["a.json"]);
});

test("many files at a time are all whole, in folders that were not there", async () => {
  const store = openStore(tempProject());
  const names = Array.from(
    { length: 200 },
    (_, n) => `${n % 3 === 0 ? "final" : "answer"}/${n}.json`,
  );
  await Promise.all(names.map((name) => store.write(name, { name })));
  for (const name of names) expect(await store.read(name, schema)).toEqual({ name });
  expect(await store.list("answer")).toHaveLength(133);
  expect(await store.list("final")).toHaveLength(67);
});

test("list is sorted and leaves temp and dot files out", async () => {
  const store = openStore(
    tempProject({
      "answer/b.json": "{}",
      "answer/a.json": "{}",
      "answer/x.1.tmp": "",
      "answer/.gitkeep": "",
    }),
  );
  expect(await store.list("answer")).toEqual(["a.json", "b.json"]);
  expect(await store.list("nothing")).toEqual([]);
});

test("a file that is not JSON is an error with its name", async () => {
  const store = openStore(tempProject({ "answer/a.json": "{" }));
  await expect(store.read("answer/a.json", schema)).rejects.toThrow(/answer\/a\.json is not JSON/);
});

test("a file of the wrong shape names the field", async () => {
  const store = openStore(tempProject({ "answer/a.json": { name: 3 } }));
  await expect(store.read("answer/a.json", schema)).rejects.toThrow(
    /answer\/a\.json has the wrong shape: \.name/,
  );
});

test.each([
  ["ENOSPC", /the disk is full \(ENOSPC\)/],
  ["EROFS", /the file system is read-only \(EROFS\)/],
])("%s becomes an error with a remedy", (code, message) => {
  const error = diskError("/w/a.json", "write", Object.assign(new Error("x"), { code }));
  expect(error).toBeInstanceOf(UserError);
  expect((error as UserError).message).toMatch(message);
});

test("a fault that nobody can mend stays a fault", () => {
  const bug = new TypeError("x is not a function");
  expect(diskError("/w/a.json", "write", bug)).toBe(bug);
});

test("a folder where the file should be leaves no temp file", async () => {
  const root = tempProject();
  mkdirSync(join(root, "answer/a.json"), { recursive: true });
  await expect(openStore(root).write("answer/a.json", 1)).rejects.toThrow(/cannot write .*a\.json/);
  expect(readdirSync(join(root, "answer"))).toEqual(["a.json"]);
});

test("the lock refuses a second holder and says who has it", async () => {
  const root = tempProject();
  const unlock = await lockWorkspace(root, "king");
  await expect(lockWorkspace(root, "validate")).rejects.toThrow(
    new RegExp(`king is already running in .* \\(pid ${process.pid}\\)`),
  );
  await unlock();
  await (
    await lockWorkspace(root, "validate")
  )();
  expect(readdirSync(root)).toEqual([]);
});

test("the lock of a process that is gone is taken over", async () => {
  const root = tempProject();
  const dead = spawnSync("true").pid;
  const unlock = await lockWorkspace(root, "king");
  const holder = JSON.parse(readFileSync(join(root, ".lock"), "utf8")) as object;
  writeFileSync(join(root, ".lock"), JSON.stringify({ ...holder, pid: dead }));
  const again = await lockWorkspace(root, "king");
  await again();
  await unlock();
  expect(readdirSync(root)).toEqual([]);
});

test.skipIf(process.platform === "win32")(
  "a pipe in place of a file is refused, not waited for",
  async () => {
    const root = tempProject({});
    spawnSync("sh", ["-c", `mkfifo "$0"`, join(root, "pipe.json")]);
    await expect(openStore(root).readText("pipe.json")).rejects.toThrow(
      `cannot read ${join(root, "pipe.json")}: it is no file but a pipe or a device`,
    );
  },
);
