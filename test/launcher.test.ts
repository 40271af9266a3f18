/** kingmaker.cjs, the launcher, in a project of its own; and what it loads before there is a need. */
import { spawn } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, readdirSync, symlinkSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { expect, test } from "vitest";
import { tempProject } from "./support/project.ts";

const SAYS = `const words: readonly string[] = process.argv.slice(2);
console.log(JSON.stringify(words));
process.exitCode = 3;
`;
const WAITS = `const alive: NodeJS.Timeout = setInterval(() => {}, 1000);
await new Promise<void>((end) => {
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => end());
  console.log("ready");
});
clearInterval(alive);
console.log("heard");
`;

test("a command gets the words behind its name, and its exit code is the launcher's", async () => {
  const project = launchable({ "scripts/say.ts": SAYS });
  expect(await launch(project, ["say", "--limit", "2", "a b"]).ended).toEqual({
    code: 3,
    stdout: '["--limit","2","a b"]\n',
    stderr: "",
  });
});

test("a name with a slash is a file from the project's root", async () => {
  const project = launchable({ "bench/say.ts": SAYS });
  expect((await launch(project, ["bench/say", "x"]).ended).stdout).toBe('["x"]\n');
});

test.each([[["no-such"]], [[]]])(
  "a name that no script has ends with 1 and says how to mend it: %j",
  async (args: string[]) => {
    expect(await launch(launchable({}), args).ended).toEqual({
      code: 1,
      stdout: "",
      stderr: `kingmaker: there is no command "${args[0] ?? ""}"\n  -> \`npm run\` lists them\n`,
    });
  },
);

test("a cache folder that cannot be made does no harm", async () => {
  const project = launchable({ "scripts/say.ts": SAYS, "node_modules/.cache": "a file" });
  expect(await launch(project, ["say"]).ended).toEqual({ code: 3, stdout: "[]\n", stderr: "" });
});

test.each(["SIGTERM", "SIGINT"] as const)("%s reaches the command itself", async (signal) => {
  const { child, ended } = launch(launchable({ "scripts/wait.ts": WAITS }), ["wait"]);
  child.stdout.once("data", () => child.kill(signal));
  expect(await ended).toEqual({ code: 0, stdout: "ready\nheard\n", stderr: "" });
});

/** `start` has no flags, and the hash of a made table goes over all that `simulate` imports. */
const EARLY = ["start.ts", "simulate.ts"];

test("no package but the one for flags is loaded before a script has read its flags", () => {
  const scripts = readdirSync("scripts").filter((name) => !EARLY.includes(name));
  const loaded = scripts.flatMap((name) => packagesOf(`scripts/${name}`));
  expect(scripts.length).toBeGreaterThan(20);
  expect([...new Set(loaded)]).toEqual(["commander"]);
});

// ---------------------------------------------------------------------------------------------

type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** A folder with the launcher, the given files and, for a Node that takes no TypeScript, tsx. */
function launchable(files: Readonly<Record<string, string>>): string {
  const project = tempProject({ "package.json": { type: "module" }, ...files });
  mkdirSync(join(project, "node_modules"), { recursive: true });
  symlinkSync(resolve("node_modules/tsx"), join(project, "node_modules/tsx"));
  copyFileSync("kingmaker.cjs", join(project, "kingmaker.cjs"));
  return project;
}

function launch(project: string, args: readonly string[]) {
  const child = spawn(process.execPath, [join(project, "kingmaker.cjs"), ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (data: Buffer) => (stdout += data.toString()));
  child.stderr.on("data", (data: Buffer) => (stderr += data.toString()));
  const ended = new Promise<Ended>((done, fail) => {
    child.once("error", fail);
    child.once("close", (code) => done({ code, stdout, stderr }));
  });
  return { child, ended };
}

/** The packages that a file loads at once, by itself or by what it imports; types do not count. */
function packagesOf(file: string, seen = new Set<string>()): string[] {
  if (seen.has(file)) return [];
  seen.add(file);
  const imports = readFileSync(file, "utf8").matchAll(/^import (?!type\b)[^;]*?"([^"]+)";/gm);
  return [...imports].flatMap(([, name = ""]) => {
    if (name.startsWith(".")) return packagesOf(join(dirname(file), name), seen);
    return name.startsWith("node:") ? [] : [name];
  });
}
