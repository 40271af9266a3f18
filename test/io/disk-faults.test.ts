import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { UserError } from "../../src/errors.ts";
import { diskError, onDisk, onDiskNow, toldFault } from "../../src/io/disk-faults.ts";
import { openTable } from "../../src/builders/table-files.ts";
import { writeBody } from "../../src/io/batch/api/body.ts";
import { writeParquet } from "../../src/io/dataset/parquet.ts";
import { openWholeLines } from "../../src/io/whole-lines.ts";
import { listAnswers } from "../../src/io/answers.ts";
import { openLedger } from "../../src/io/ledger.ts";
import { lockHolder, lockWorkspace } from "../../src/io/lock.ts";
import { probeFolders } from "../../src/io/probe-folders.ts";
import { openStore } from "../../src/io/store.ts";
import { sweepTemps } from "../../src/io/sweep.ts";
import { checkLinks } from "../../src/io/workspace-links.ts";
import { status } from "../../src/stages/status.ts";
import { tempProject } from "../support/project.ts";

const fault = (code: string, syscall = "open", path = "/w/a.json"): Error =>
  Object.assign(new Error(`${code}: ${syscall}`), { code, syscall, path });

test.each([
  ["EROFS", "open", "the file system is read-only", "choose a workspace that you can write"],
  ["EACCES", "open", "no permission", "give yourself write permission there"],
  ["EPERM", "open", "not permitted", "give yourself write permission there"],
  ["ENOSPC", "write", "the disk is full", "free some space and run the stage again"],
  ["EDQUOT", "write", "the disk quota is used up", "free some space and run the stage again"],
  ["EFBIG", "write", "the file grew over what the disk or a limit allows", "ulimit -f"],
  ["EISDIR", "open", "a folder stands where a file should be", "move that folder away"],
  ["ENOTDIR", "open", "a file stands where a folder should be", "move that file away"],
  ["ELOOP", "open", "its links point in a circle", "remove the link"],
  ["ENOENT", "mkdir", "a folder on the way to it is gone", "make the folder"],
  ["EEXIST", "mkdir", "a file stands where a folder should be", "move that file away"],
  ["ENAMETOOLONG", "open", "the name is longer than the file system allows", "a shorter path"],
  ["EIO", "read", "the disk reports a fault of its own", "look at the disk (dmesg)"],
  ["EBUSY", "unlink", "it is in use by something else", "end what holds it"],
  ["ETXTBSY", "open", "it is in use by something else", "end what holds it"],
  ["ESTALE", "stat", "the network file system lost it", "mount it again"],
  ["EMFILE", "open", "too many open files", "ulimit -n 8192"],
  ["ENFILE", "open", "too many open files on this machine", "raise fs.file-max"],
])("%s of %s is told with what, where and how to mend", async (code, syscall, what, mend) => {
  const cause = fault(code, syscall);
  const told = diskError("/w/a.json", "write", cause);
  expect(told).toBeInstanceOf(UserError);
  expect(told).toMatchObject({
    message: `cannot write /w/a.json: ${what} (${code})`,
    hint: expect.stringContaining(mend) as string,
    cause,
  });
  await expect(onDisk("/w/a.json", "read", () => Promise.reject(cause))).rejects.toThrow(
    `cannot read /w/a.json: ${what} (${code})`,
  );
  const act = (): never => {
    throw cause;
  };
  expect(() => onDiskNow("/w/a.json", "remove", act)).toThrow(
    `cannot remove /w/a.json: ${what} (${code})`,
  );
  // What nobody caught on its way is told at the end of the script.
  expect(toldFault(cause)).toBeInstanceOf(UserError);
  expect((toldFault(cause) as UserError).message).toContain(`/w/a.json: ${what} (${code})`);
});

test.each([
  ["/w/a.json.4711.12.tmp", "/w/a.json"],
  ["/w/runs.jsonl.4711.tmp", "/w/runs.jsonl"],
  ["/w/dataset/.export.4711.tmp/parquet/train.parquet", "/w/dataset/export/parquet/train.parquet"],
  [".export.4711.tmp/train.jsonl.4711.1.tmp", "export/train.jsonl"],
  ["/w/.lock.4711.tmp", "/w/.lock"],
  ["/w/a.tmp", "/w/a.tmp"],
  ["/w/v1.2.tmp/a", "/w/v1.2.tmp/a"],
])("what cannot be written on its way as %s is called %s", (path, wanted) => {
  const cause = fault("EROFS", "open", path);
  expect(diskError(path, "write", cause)).toMatchObject({
    message: `cannot write ${wanted}: the file system is read-only (EROFS)`,
  });
  expect(diskError(path, "read", cause)).toMatchObject({
    message: `cannot read ${path}: the file system is read-only (EROFS)`,
  });
});

test("every writer of whole files names the file that was wanted", async () => {
  const root = tempProject({ "a.jsonl": "{}\n" });
  const gone = join(root, "gone");
  symlinkSync(join(root, "nowhere"), gone);
  const file = join(gone, "out.jsonl");
  const message = expect.stringContaining(file) as string;
  const noTemp = expect.not.stringContaining(".tmp") as string;
  const writers: readonly (() => unknown)[] = [
    () => openWholeLines(file),
    () => openTable(file, "answers", { audit: { mask_emails: false } }),
    () => openStore(root).writeText("gone/out.jsonl", ""),
    () => writeParquet(join(root, "a.jsonl"), `${file}.1.2.tmp`, { a: "VARCHAR" }, 10),
    () => writeBody(file, {}, "body"),
  ];
  for (const write of writers) {
    const error: unknown = await Promise.resolve()
      .then(write)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({ message });
    expect(error).toMatchObject({ message: noTemp });
  }
});

test.each([
  ["a bug", new TypeError("x is not a function")],
  ["a file that our own code should have looked for", fault("ENOENT", "open")],
  [
    "a socket without permission",
    Object.assign(new Error("x"), { code: "EACCES", syscall: "bind" }),
  ],
  [
    "an open file that nobody knows",
    Object.assign(new Error("x"), { code: "EACCES", syscall: "write" }),
  ],
])("%s stays what it is", (_name, error) => {
  expect(toldFault(error)).toBe(error);
});

test("a file that cannot be written for want of its folder is told; one that is not there to be read is not", () => {
  const gone = diskError("/w/a.json", "write", fault("ENOENT", "open"));
  expect(gone).toMatchObject({
    message: "cannot write /w/a.json: a folder on the way to it is gone (ENOENT)",
  });
  const error = fault("ENOENT", "open");
  expect(diskError("/w/a.json", "read", error)).toBe(error);
});

test("a full disk that an open file reports is told without its name", () => {
  const error = Object.assign(new Error("x"), { code: "ENOSPC", syscall: "write" });
  expect(toldFault(error)).toMatchObject({
    message: "cannot write a file of the workspace: the disk is full (ENOSPC)",
  });
});

/** A file where the workspace's folder `name` should be. */
function blocked(name: string): string {
  return tempProject({ [name]: "in the way" });
}

test.each([
  ["the lock", (root: string) => lockWorkspace(join(root, "report"), "king"), "report/.lock"],
  ["the lock's holder", async (root: string) => lockHolder(join(root, "report")), "report/.lock"],
  ["the sweep", (root: string) => sweepTemps(join(root, "report")), "report"],
  ["links", (root: string) => checkLinks(join(root, "report")), "report"],
  ["the ledger", async (root: string) => openLedger(root, () => new Date()), "report/ledger.jsonl"],
  ["answers", (root: string) => listAnswers(openStore(join(root, "report"))), "report"],
  ["status", (root: string) => status(openStore(root)), "report"],
])("a file in place of a folder is told by %s", async (_name, act, where) => {
  const root = blocked("report");
  await expect(act(root)).rejects.toThrow(
    new RegExp(
      `cannot \\w+ .*${where.replaceAll(".", "\\.")}: a file stands where a folder should be`,
    ),
  );
});

test("the lock file as a folder, and links in a circle, are told", async () => {
  const root = tempProject();
  mkdirSync(join(root, ".lock"));
  expect(() => lockHolder(root)).toThrow(/a folder stands where a file should be \(EISDIR\)/);
  symlinkSync(join(root, "b"), join(root, "a"));
  symlinkSync(join(root, "a"), join(root, "b"));
  await expect(openStore(root).readText("a/x.json")).rejects.toThrow(/links point in a circle/);
});

test("a name that is too long is told", async () => {
  const store = openStore(tempProject());
  await expect(store.write(`answer/${"x".repeat(300)}.json`, 1)).rejects.toThrow(
    /the name is longer than the file system allows \(ENAMETOOLONG\)/,
  );
});

test("a link in place of a stage folder is followed inside the workspace alone", async () => {
  const elsewhere = tempProject({ "a.json": "{}" });
  const root = tempProject({ "kept/a.json": "{}", "own.txt": "x" });
  symlinkSync(join(root, "kept"), join(root, "answer"));
  symlinkSync(elsewhere, join(root, "notes"));
  await checkLinks(root);
  symlinkSync(elsewhere, join(root, "score"));
  await expect(checkLinks(root)).rejects.toMatchObject({
    message: `score is a link to ${elsewhere}, outside of the workspace ${root}`,
    hint: expect.stringContaining("remove the link score") as string,
  });
});

test("a link to nothing in place of a stage folder is refused", async () => {
  const root = tempProject();
  symlinkSync(join(root, "gone"), join(root, "final"));
  await expect(checkLinks(root)).rejects.toThrow("final is a link to nothing that is there");
});

test("sweeping follows no link, and goes no deeper than stages write", async () => {
  const elsewhere = tempProject({ "a.json.12.3.tmp": "theirs" });
  const root = tempProject({
    "report/tries/king/b.json.7.1.tmp": "{",
    "report/tries/king/deep/c.json.7.1.tmp": "kept",
    "answer/more/d.json.7.1.tmp": "kept",
    "dataset/set/e.jsonl.7.1.tmp": "kept",
  });
  symlinkSync(elsewhere, join(root, "score"));
  symlinkSync(elsewhere, join(root, "report", "linked"));
  writeFileSync(join(elsewhere, "f.json.7.1.tmp"), "theirs");
  symlinkSync(join(elsewhere, "f.json.7.1.tmp"), join(root, "answer", "f.json.7.1.tmp"));
  await sweepTemps(root);
  const store = openStore(root);
  expect(await store.has("report/tries/king/b.json.7.1.tmp")).toBe(false);
  for (const kept of [
    "report/tries/king/deep/c.json.7.1.tmp",
    "answer/more/d.json.7.1.tmp",
    "dataset/set/e.jsonl.7.1.tmp",
    "answer/f.json.7.1.tmp",
    "score/a.json.12.3.tmp",
  ]) {
    expect(await store.has(kept), kept).toBe(true);
  }
});

/** Mounts a folder over itself, read-only; false where this account may not. */
function mountReadOnly(folder: string): boolean {
  const mount = (...args: readonly string[]): boolean => spawnSync("mount", args).status === 0;
  if (!mount("--bind", folder, folder)) return false;
  onTestFinished(() => void spawnSync("umount", [folder]));
  return mount("-o", "remount,ro,bind", folder);
}

test("a workspace on a read-only mount is told by every door to it", async ({ skip }) => {
  const root = tempProject({ "chain.toml": "", "answer/a.json": "{}" });
  skip(!mountReadOnly(root), "this account may not mount");
  const told = (path: string): string =>
    `cannot write ${join(root, path)}: the file system is read-only (EROFS)`;
  await expect(lockWorkspace(root, "king")).rejects.toThrow(told(".lock"));
  await expect(openStore(root).write("score/a.json", {})).rejects.toThrow(/read-only \(EROFS\)/);
  await expect(openStore(root).write("answer/b.json", {})).rejects.toThrow(/read-only \(EROFS\)/);
  expect(() => probeFolders(root, ["answer/dropped"])).toThrow(told("answer/dropped"));
  // A folder that is not there yet: Node itself says ENOENT of it.
  expect(() => openLedger(root, () => new Date())).toThrow(told("report/ledger.jsonl"));
  expect(await openStore(root).readIfThere("answer/a.json", z.looseObject({}))).toEqual({});
});

test("the probe of a folder that a killed process left behind is swept", async () => {
  const root = tempProject({ "answer/.probe.4711.tmp": "", "answer/a.json": "{}" });
  await sweepTemps(root);
  expect(await openStore(root).list("answer")).toEqual(["a.json"]);
  expect(existsSync(join(root, "answer/.probe.4711.tmp"))).toBe(false);
});
