/** kingmaker.cjs, the launcher, in a project of its own; and what it loads before there is a need. */
import { spawn, spawnSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
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

test.each([[["no-such"]], [["bench/no-such"]], [["help", "no-such"]]])(
  "a name that no script has ends with 1 and says how to mend it: %j",
  async (args: string[]) => {
    expect(await launch(launchable({}), args).ended).toEqual({
      code: 1,
      stdout: "",
      stderr: `kingmaker: there is no command "${args.at(-1) ?? ""}"\n  -> \`kingmaker help\` lists them, and so does \`npm run\`\n`,
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

test.each([
  [["stage:say", "1"], "scripts/say.ts", '["1"]\n'],
  [["say:it"], "scripts/say-it.ts", "[]\n"],
  [["help", "say"], "scripts/say.ts", '["--help"]\n'],
  [[], "scripts/help.ts", "[]\n"],
  [["--help"], "scripts/help.ts", "[]\n"],
  [["say"], "dist/say.js", "[]\n"],
  [["src/builders/say"], "dist/say.js", "[]\n"],
])("%j runs %s", async (args, file, stdout) => {
  const said = file.endsWith(".js") ? SAYS.replace(": readonly string[]", "") : SAYS;
  expect((await launch(launchable({ [file]: said }), args).ended).stdout).toBe(stdout);
});

/** What scripts/say.ts says of a module that is loaded late, and where that says it stands. */
const LATE = {
  "scripts/say.ts": `const { word }: { word: string } = await import("../src/late.ts");\nconsole.log(word);`,
  "src/late.ts": `export const word: string = "one " + import.meta.url.split("/").slice(-2).join("/");`,
};

test("a kept bundle is made once, and again when a source has changed", async () => {
  const project = launchable(LATE);
  const first = await keptBundle(project, "scripts/say.ts");
  expect(saidBy(first)).toBe("one src/late.ts\n");
  const list = join(dirname(first ?? ""), "bundle.json");
  const written = readFileSync(list, "utf8");
  writeFileSync(list, written.replace(/$/, "\n"));
  expect(await keptBundle(project, "scripts/say.ts")).toBe(first);
  expect(readFileSync(list, "utf8")).toBe(`${written}\n`);

  writeFileSync(join(project, "src/late.ts"), `export const word: string = "another";`);
  expect(saidBy(await keptBundle(project, "scripts/say.ts"))).toBe("another\n");
});

test("a command that has begun finds what it loads late, though its bundle was made again", async () => {
  const project = launchable(LATE);
  const first = await keptBundle(project, "scripts/say.ts");
  writeFileSync(join(project, "src/late.ts"), `export const word: string = "another";`);
  await keptBundle(project, "scripts/say.ts");
  expect(saidBy(first)).toBe("one src/late.ts\n");
});

test("what no list has named for a week is removed with the next bundle", async () => {
  const project = launchable(LATE);
  const folder = dirname((await keptBundle(project, "scripts/say.ts")) ?? "");
  const before = readdirSync(folder).filter((name) => name !== "bundle.json");
  const more = async (words: string): Promise<string | null> => {
    for (const name of before) utimesSync(join(folder, name), 0, 0);
    const text = `${LATE["scripts/say.ts"]}\nconsole.log("${words}");`;
    writeFileSync(join(project, "scripts/say.ts"), text);
    return keptBundle(project, "scripts/say.ts");
  };
  expect(saidBy(await more("more"))).toBe("one src/late.ts\nmore\n");
  // A process that began before may want them still, however long ago they were made.
  expect(before.filter((name) => !readdirSync(folder).includes(name))).toEqual([]);
  expect(saidBy(await more("and more"))).toBe("one src/late.ts\nand more\n");
  expect(before.some((name) => !readdirSync(folder).includes(name))).toBe(true);
});

test.each([
  [
    "emptied",
    (file: string) => {
      writeFileSync(file, "");
    },
  ],
  ["gone", rmSync],
])("what was made and is %s is made anew", async (_what, harm) => {
  const project = launchable(LATE);
  const entry = (await keptBundle(project, "scripts/say.ts")) ?? "";
  const folder = dirname(entry);
  for (const name of readdirSync(folder).filter((one) => one.endsWith(".mjs"))) {
    harm(join(folder, name));
    expect(saidBy(await keptBundle(project, "scripts/say.ts"))).toBe("one src/late.ts\n");
  }
});

test("a list that is cut is written anew", async () => {
  const project = launchable(LATE);
  const entry = (await keptBundle(project, "scripts/say.ts")) ?? "";
  const list = join(dirname(entry), "bundle.json");
  const whole = readFileSync(list, "utf8");
  writeFileSync(list, whole.slice(0, 20));
  expect(await keptBundle(project, "scripts/say.ts")).toBe(entry);
  expect(readFileSync(list, "utf8")).toBe(whole);
});

test.each([
  ["a source that esbuild refuses", { "scripts/say.ts": "const = 1;" }],
  ["a source that is missing", { "scripts/say.ts": `import "../src/gone.ts";` }],
  ["a folder that cannot be made", { ...LATE, "node_modules/.cache": "a file" }],
  [
    "a list that is cut",
    {
      "scripts/say.ts": "const = 1;",
      "node_modules/.cache/kingmaker/bundles/scripts+say.ts/bundle.json": '{"entry": "',
    },
  ],
])("no bundle, and tsx has its say: %s", async (_what, files) => {
  expect(await keptBundle(launchable(files), "scripts/say.ts")).toBe(null);
});

test("--version says the version of the package", async () => {
  const project = launchable({ "package.json": { type: "module", version: "7.8.9" } });
  expect((await launch(project, ["--version"]).ended).stdout).toBe("7.8.9\n");
});

test("a command that npm runs stands where the person stands", async () => {
  const project = launchable({
    "package.json": { type: "module", scripts: { where: "node kingmaker.cjs where" } },
    "scripts/where.ts": "console.log(process.cwd());",
    "sub/a": "",
  });
  const { stdout } = spawnSync("npm", ["run", "-s", "where"], {
    cwd: join(project, "sub"),
    encoding: "utf8",
  });
  expect(stdout).toBe(`${join(realpathSync(project), "sub")}\n`);
});

/** The hash of a made table goes over all that `simulate` imports. */
const EARLY = ["simulate.ts"];

test("no package but the one for flags is loaded before a script has read its flags", () => {
  const scripts = readdirSync("scripts").filter((name) => !EARLY.includes(name));
  const loaded = scripts.flatMap((name) => packagesOf(`scripts/${name}`));
  expect(scripts.length).toBeGreaterThan(20);
  expect([...new Set(loaded)]).toEqual(["commander"]);
});

// ---------------------------------------------------------------------------------------------

type KeptBundle = (project: string, script: string) => Promise<string | null>;

/** As the launcher asks for it where Node takes no TypeScript. */
function keptBundle(project: string, script: string): Promise<string | null> {
  const made = createRequire(import.meta.url)("../src/command/kept-bundle.cjs") as {
    keptBundle: KeptBundle;
  };
  return made.keptBundle(project, join(project, script));
}

function saidBy(file: string | null): string {
  return spawnSync(process.execPath, [file ?? ""], { encoding: "utf8" }).stdout;
}

type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** A folder with the launcher, the given files and, for a Node that takes no TypeScript, tsx. */
function launchable(files: Readonly<Record<string, unknown>>): string {
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
