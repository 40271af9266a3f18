/** A gym with one package of three files, whose tests need nothing but Node: no network, no Python. */
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { packageKey, type GymPackage } from "../../src/core/tasks/packages.ts";
import type { Sandbox } from "../../src/gym/sandbox.ts";
import { linkPrograms, packageFolder, type Gym } from "../../src/gym/world.ts";

export const TINY: GymPackage = {
  language: "javascript",
  name: "tiny",
  version: "1.0.0",
  hash: `sha512-${"A".repeat(86)}==`,
  licence: "MIT",
  runner: "tap",
  needs: [],
  tests: ["test/sum.js", "test/most.js"],
};

const FILES = {
  "package.json": '{"name":"tiny","version":"1.0.0"}\n',
  "lib/sum.js":
    "module.exports = function sum(list) {\n  var all = 0;\n  for (var i = 0; i < list.length; i++) {\n    all = all - -list[i];\n  }\n  return all;\n};\n",
  "lib/most.js":
    "module.exports = function most(list, none) {\n  if (list.length === 0) {\n    return none;\n  }\n  return list.reduce(function (a, b) { return a > b ? a : b; });\n};\n",
  "test/sum.js":
    'var sum = require("../lib/sum.js");\nfunction is(n, ok) { console.log((ok ? "ok " : "not ok ") + n); if (!ok) process.exitCode = 1; }\nconsole.log("TAP version 13");\nconsole.log("# sums");\nis(1, sum([1, 2, 3]) === 6);\nconsole.log("# of nothing");\nis(2, sum([]) === 0);\n',
  "test/most.js":
    'var most = require("../lib/most.js");\nfunction is(n, ok) { console.log((ok ? "ok " : "not ok ") + n); if (!ok) process.exitCode = 1; }\nconsole.log("# most");\nis(1, most([3, 7, 5]) === 7);\nconsole.log("# most of nothing");\nis(2, most([], "none") === "none");\n',
};

/** Below `root`, as a workspace has it. */
export function tinyGym(root: string, sandbox: Sandbox, over: Record<string, string> = {}): Gym {
  const gym: Gym = {
    folder: join(root, ".cache", "gym"),
    sandbox,
    runtime: { python: "/usr/bin/python3", pythonPrefix: "/usr", pythonVersion: "3" },
    limits: { seconds: 60, memoryMb: 2048, processes: 64, diskMb: 20, outputBytes: 100_000 },
    audit: { mask_emails: false },
    packages: [TINY],
  };
  layPackage(gym, TINY, over);
  linkPrograms(gym);
  return gym;
}

/** A release as fetching leaves it. */
export function layPackage(gym: Gym, pack: GymPackage, over: Record<string, string> = {}): void {
  const folder = packageFolder(gym, packageKey(pack));
  for (const [path, text] of Object.entries({ ...FILES, ...over })) {
    const file = join(folder, "base", path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  mkdirSync(join(folder, "node_modules"), { recursive: true });
  writeFileSync(join(folder, "fetched"), pack.hash);
  readable(folder);
}

/** Whoever runs in the sandbox is another user, whatever umask the tests run under. */
function readable(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
    chmodSync(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o755 : 0o644);
}
