/** Packages from their registries into .cache/gym: the archive by its hash, unpacked, nothing of it run. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AS_OF, mainOfRunner, packageKey, type GymPackage } from "../core/tasks/packages.ts";
import type { WhyNone } from "../core/tasks/proof.ts";
import { onDiskNow } from "../io/disk-faults.ts";
import { runProgram } from "../io/program.ts";
import { packageFolder, PROGRAMS, type Gym } from "./world.ts";
import { makeFolderNow } from "../io/make-folder.ts";

/** Makes packages/<key>/base where it is not there yet. A reason where the package is not to be had. */
export async function fetchPackage(gym: Gym, pack: GymPackage): Promise<WhyNone | null> {
  const folder = packageFolder(gym, packageKey(pack));
  if (existsSync(join(folder, DONE))) return null;
  onDiskNow(folder, "write", () => {
    rmSync(folder, { recursive: true, force: true });
    makeFolderNow(join(folder, "base"));
  });
  const archive =
    pack.language === "python" ? await fromPip(gym, pack, folder) : await fromNpm(pack, folder);
  if (typeof archive !== "string") return archive;
  if (hashOf(archive, pack.hash) !== pack.hash) return OTHER_HASH;
  const unpacked = await runProgram("tar", [
    "-xzf",
    archive,
    "--strip-components=1",
    "--no-same-owner",
    "--no-same-permissions",
    "-C",
    join(folder, "base"),
  ]);
  if (unpacked.code !== 0) return { reason: "no_results", detail: lastLine(unpacked.stderr) };
  // Who runs in the sandbox is another user.
  await runProgram("chmod", ["-R", "a+rX", join(folder, "base")]);
  const missing = pack.language === "javascript" ? await installModules(pack, folder) : null;
  if (missing !== null) return missing;
  onDiskNow(folder, "write", () => writeFileSync(join(folder, DONE), `${pack.hash}\n`));
  return null;
}

/** Every file of the released package, relative, sorted; links are not followed. */
export function filesOf(folder: string, below = ""): string[] {
  return onDiskNow(folder, "read", () =>
    readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry) => {
      const path = below === "" ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) return filesOf(folder, path);
      return entry.isFile() ? [path] : [];
    }),
  ).sort();
}

// ---------------------------------------------------------------------------------------------

const DONE = "fetched";

const OTHER_HASH: WhyNone = {
  reason: "other_hash",
  detail: "the registry's archive is not the pinned one",
};

async function fromPip(
  { runtime }: Gym,
  { name, hash }: GymPackage,
  folder: string,
): Promise<string | WhyNone> {
  const archive = join(folder, "archive.tar.gz");
  const sha256 = hash.replace(/^sha256-/, "");
  const program = join(PROGRAMS, "fetch-sdist.py");
  const { code, stderr } = await runProgram(runtime.python, [program, name, sha256, archive]);
  if (code === 0) return archive;
  return code === 4 ? OTHER_HASH : { reason: "not_found", detail: lastLine(stderr) };
}

async function fromNpm({ name, version }: GymPackage, folder: string): Promise<string | WhyNone> {
  const wanted = ["pack", `${name}@${version}`, "--json", "--ignore-scripts", "--pack-destination"];
  const { code, stderr } = await runProgram("npm", [...wanted, folder], { cwd: folder });
  const made = readdirSync(folder).find((file) => file.endsWith(".tgz"));
  if (code !== 0 || made === undefined) return { reason: "not_found", detail: npmSaid(stderr) };
  const archive = join(folder, "archive.tgz");
  onDiskNow(archive, "write", () => renameSync(join(folder, made), archive));
  return archive;
}

/** Dependencies and the runner beside the package, without running a script of theirs. */
async function installModules(pack: GymPackage, folder: string): Promise<WhyNone | null> {
  const own = JSON.parse(readFileSync(join(folder, "base", "package.json"), "utf8")) as {
    dependencies?: Record<string, string>;
  };
  const named = [...mainOfRunner(pack), ...pack.needs].map((one) => {
    const at = one.lastIndexOf("@");
    return [one.slice(0, at), one.slice(at + 1)];
  });
  const wanted = { ...own.dependencies, ...Object.fromEntries(named) };
  onDiskNow(folder, "write", () => {
    makeFolderNow(join(folder, "node_modules"));
    writeFileSync(
      join(folder, "package.json"),
      JSON.stringify({ private: true, dependencies: wanted }),
    );
  });
  if (Object.keys(wanted).length === 0) return null;
  const flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock"];
  const { code, stderr } = await runProgram("npm", ["install", `--before=${AS_OF}`, ...flags], {
    cwd: folder,
  });
  await runProgram("chmod", ["-R", "a+rX", join(folder, "node_modules")]);
  return code === 0 ? null : { reason: "not_found", detail: npmSaid(stderr) };
}

const lastLine = (said: string): string => said.trim().split("\n").at(-1)?.trim() ?? "";

/** The first line of npm's that is a sentence: those before it are codes and numbers. */
function npmSaid(stderr: string): string {
  const lines = stderr.split("\n").map((line) => line.replace(/^npm (error|ERR!) ?/, "").trim());
  return lines.find((line) => line !== "" && !/^(code|syscall|errno|path|dest) /.test(line)) ?? "";
}

function hashOf(file: string, like: string): string {
  const bytes = onDiskNow(file, "read", () => readFileSync(file));
  return like.startsWith("sha256-")
    ? `sha256-${createHash("sha256").update(bytes).digest("hex")}`
    : `sha512-${createHash("sha512").update(bytes).digest("base64")}`;
}
