/**
 * Loaded before a stage (NODE_OPTIONS=--require): counts what the process does to the disk below SOAK_ROOT,
 * and kills it at step SOAK_STEP: a write when half of its bytes are out, anything else before (odd) or after
 * (even) it was done. SOAK_COUNT names a file that takes the number of steps of a run that ends by itself.
 */
const fs = require("node:fs");
const { syncBuiltinESMExports } = require("node:module");
const { isMainThread } = require("node:worker_threads");

const { SOAK_ROOT: root, SOAK_STEP, SOAK_COUNT: countFile } = process.env;
const last = Number(SOAK_STEP ?? 0);
const real = {
  writeSync: fs.writeSync,
  writeFileSync: fs.writeFileSync,
  readlinkSync: fs.readlinkSync,
};
let steps = 0;

const die = () => process.kill(process.pid, "SIGKILL");

/** Paths below the workspace, and files that were opened there. */
function isOurs(target) {
  if (typeof target === "number") {
    try {
      return real.readlinkSync(`/proc/self/fd/${target}`).startsWith(root);
    } catch {
      return false;
    }
  }
  return String(target).startsWith(root);
}

/** Half of the bytes, where that many are left to write. */
function half(args) {
  const [file, bytes, from = 0] = args;
  if (typeof bytes === "string") return real.writeSync(file, bytes.slice(0, bytes.length / 2));
  return real.writeSync(file, bytes, from, Math.floor((bytes.length - from) / 2));
}

function counted(object, name) {
  const before = object[name];
  object[name] = function (...args) {
    if (!isOurs(args[0]) || ++steps !== last) return before.apply(this, args);
    if (name === "writeSync") {
      half(args);
      return die();
    }
    if (steps % 2 === 1) return die();
    if (!name.endsWith("Sync") && object === fs) {
      const done = args.pop();
      return before.call(this, ...args, (...results) => {
        die();
        done(...results);
      });
    }
    const result = before.apply(this, args);
    if (typeof result?.then === "function") return result.finally(die);
    return die() && result;
  };
}

const NAMES =
  "open rename unlink rm mkdir truncate fsync fdatasync link copyFile writeFile appendFile";
if (root !== undefined && isMainThread) {
  for (const name of NAMES.split(" ")) {
    counted(fs, name);
    counted(fs, `${name}Sync`);
    if (name in fs.promises) counted(fs.promises, name);
  }
  counted(fs, "writeSync");
  counted(fs, "ftruncateSync");
  syncBuiltinESMExports();
  if (countFile !== undefined)
    process.once("exit", () => real.writeFileSync(countFile, String(steps)));
}
