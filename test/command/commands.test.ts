/** The one command: its help page, its completion, and what is said of flags that npm took for its own. */
import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { Command } from "commander";
import { expect, test } from "vitest";
import { modelStageCommand, stageCommand } from "../../src/command/cli.ts";
import { COMMANDS, helpLines } from "../../src/command/commands.ts";
import { completionOf } from "../../src/command/completion.ts";
import { swallowed } from "../../src/command/npm-line.ts";
import { datasetCommand } from "../../src/command/dataset-cli.ts";
import { npmFlags } from "../../src/io/npm-flags.ts";
import { tempProject } from "../support/project.ts";
import { runScriptFile } from "../support/scripts.ts";

const LINES = Object.values(COMMANDS).flat();

test("the help page names every script, and no other", () => {
  const scripts = readdirSync("scripts").map((file) => basename(file, ".ts"));
  expect(LINES.map(({ name }) => name).toSorted()).toEqual(scripts.toSorted());
  const { scripts: npm } = JSON.parse(readFileSync("package.json", "utf8")) as {
    scripts: Record<string, string>;
  };
  for (const { name, npm: line = name } of LINES) {
    expect(npm[line], line).toBe(`node kingmaker.cjs ${name}`);
  }
});

test("the help page fits a terminal of 100 columns, and the package's is without the house", () => {
  expect(helpLines(false).filter((line) => line.length > 100)).toEqual([]);
  expect(helpLines(false).join("\n")).toContain("  screenshots ");
  expect(helpLines(true).join("\n")).not.toMatch(/screenshots|npm run/);
});

test.each([
  ["status", ["--root", "--json", "--help"]],
  ["report", ["--root", "--limit", "--only", "--json", "--help"]],
  ["readonly-guard", ["--root", "--help"]],
  ["compare", ["--json", "--markdown", "--help"]],
  ["forget", ["--root", "--yes", "--json", "--help"]],
  ["check-template", ["--root", "--json", "--help"]],
])("the flags of %s are its own: %j", async (name, flags) => {
  const said = await runScriptFile(name, ["--list-flags"]);
  expect(said.stdout.trim().split("\n")).toEqual(flags);
});

test("a command that does not say which common flags it reads hands on all of them", () => {
  const silent = readdirSync("scripts").filter((file) => {
    const text = readFileSync(`scripts/${file}`, "utf8");
    return /tageCommand\(\{/.test(text) && !/^ +flags: /m.test(text);
  });
  expect(silent).toEqual(["refine.ts", "stages.ts"]);
});

test("a common flag that means nothing to a command is named, and the command goes on", async () => {
  const root = tempProject();
  const said = await runScriptFile("status", ["--root", root, "--limit", "3", "--yes"]);
  expect(said.code).toBe(0);
  expect(said.stderr).toBe(
    "status: --limit means nothing here\nstatus: --yes means nothing here\n",
  );
});

test("bash completes commands and the flags of the command that is typed", () => {
  const bin = tempProject({
    kingmaker: `#!/bin/sh\nexec "${process.execPath}" "${resolve("kingmaker.cjs")}" "$@"\n`,
  });
  spawnSync("chmod", ["+x", join(bin, "kingmaker")]);
  writeFileSync(join(bin, "c.bash"), completionOf("bash", false));
  const complete = (...words: readonly string[]): string => {
    const script = `. ${join(bin, "c.bash")}
      COMP_WORDS=(kingmaker ${words.map((word) => `"${word}"`).join(" ")}); COMP_CWORD=${words.length}
      _kingmaker; echo "\${COMPREPLY[@]}"`;
    const env = { ...process.env, PATH: `${bin}:${process.env["PATH"] ?? ""}` };
    return spawnSync("bash", ["-c", script], { encoding: "utf8", env }).stdout.trim();
  };
  expect(complete("val")).toBe("validate");
  expect(complete("king", "--re")).toBe("--retry");
  expect(complete("stages", "--until", "ch")).toBe("challenger");
  expect(complete("help", "que")).toBe("queue");
});

test("zsh is told every command with its line", () => {
  const text = completionOf("zsh", true);
  expect(text).toContain("'king:answers them blind'");
  expect(text).toContain(
    "'start:the five stages on the embedded sample, in demo/\\: no key, no network'",
  );
  expect(text).not.toContain("screenshots");
});

test("completion names the shells it knows", async () => {
  const said = await runScriptFile("completion", ["fish"]);
  expect(said.code).toBe(1);
  expect(said.stderr).toContain("Allowed choices are bash, zsh.");
});

// ---------------------------------------------------------------------------------------------

const king = (): Command => stageCommand({ name: "stage:king", about: "", example: "" });

const asNpm = (taken: Record<string, string>): NodeJS.ProcessEnv => ({
  npm_lifecycle_event: "stage:king",
  npm_lifecycle_script: "node kingmaker.cjs king",
  ...Object.fromEntries(
    Object.entries(taken).map(([name, value]) => [`npm_config_${name}`, value]),
  ),
});

const byNpm = (taken: Record<string, string>) => npmFlags(asNpm(taken));

test.each([
  ["limit", { limit: "1" }, [], "npm run stage:king -- --limit 1"],
  ["limit", { limit: "true" }, ["20"], "npm run stage:king -- --limit 20"],
  ["only", { only: "a b*" }, [], "npm run stage:king -- --only 'a b*'"],
  ["retry", { retry: "true" }, [], "npm run stage:king -- --retry"],
  ["concurrency", { concurrency: "8" }, ["--yes"], "npm run stage:king -- --yes --concurrency 8"],
  ["root", { root: "true" }, ["my run"], "npm run stage:king -- --root 'my run'"],
  ["root", { root: "true" }, [], "npm run stage:king -- --root '<dir>'"],
])("npm took --%s %j of %j: refused with the line to type", (name, taken, argv, line) => {
  expect(swallowed(argv, king(), byNpm(taken))?.fault).toMatchObject({
    message: `stage:king: npm took --${name} for its own: flags stand behind "--"`,
    hint: line,
  });
});

test.each([
  ["--estimate", "worth", "estimate"],
  ["--dry-run", "stage:publish", "dry_run"],
])("a switch of the command's own, %s, is not lost in silence", (flag, script, name) => {
  const own = new Command(script).option(flag).option("--target <n>");
  const env = {
    npm_lifecycle_event: script,
    npm_lifecycle_script: "node kingmaker.cjs x",
    [`npm_config_${name}`]: "true",
    // Somebody's setting for their own tools.
    npm_config_target: "24.0.0",
  };
  const flags = npmFlags(env, ["estimate", "dry-run"]);
  expect(swallowed([], own, flags)?.fault).toMatchObject({
    message: `${script}: npm took ${flag} for its own: flags stand behind "--"`,
    hint: `npm run ${script} -- ${flag}`,
  });
});

test.each([
  [
    "--engine",
    ["batch-file"],
    { engine_strict: "true" },
    "npm run stage:king -- --engine batch-file",
  ],
  ["--until", ["report"], { until: "true" }, "npm run stage:king -- --until report"],
  [
    "--seed",
    ["run", "7"],
    { seed: "true" },
    'npm run stage:king -- --seed 7, or the same line with "--" before its first flag',
  ],
  ["--seed", [], { seed: "7" }, "npm run stage:king -- --seed 7"],
])("a flag with a value, %s before %j, is not lost in silence", (flag, argv, env, line) => {
  const own = modelStageCommand({ name: "stage:king", about: "", example: "" })
    .option("--until <stage>")
    .option("--seed <n>");
  const flags = npmFlags(asNpm(env), [], ["engine", "until", "seed"]);
  expect(swallowed(argv, own, flags)?.fault).toMatchObject({
    message: `stage:king: npm took ${flag} for its own: flags stand behind "--"`,
    hint: line,
  });
});

const none = { script: "stage:king", taken: new Map<string, string>() };

const SAME_LINE = 'or the same line with "--" before its first flag';

test.each([
  ["king", ["batch", "b"], { engine_strict: "true", root: "true" }, "--root b --engine batch"],
  ["king", ["b", "batch"], { engine_strict: "true", root: "true" }, "--root b --engine batch"],
  ["king", ["b", "3"], { limit: "true", root: "true" }, "--limit 3 --root b"],
  [
    "king",
    ["3", "4"],
    { limit: "true", root: "true" },
    `--limit '<n>' --root '<dir>', ${SAME_LINE}`,
  ],
  ["king", ["a", "b"], { root: "true" }, `--root '<dir>', ${SAME_LINE}`],
  ["export", ["openai", "win"], { root: "true" }, "--root win --format openai"],
  ["export", ["win", "openai,kto"], { root: "true" }, "--root win --format openai,kto"],
  ["export", ["openai", "kto"], { parquet: "true" }, "--parquet --format openai kto"],
  ["export", ["openai"], {}, "--format openai"],
  ["export", ["axolotl", "lose"], { for: "true", root: "true" }, "--root lose --for axolotl"],
  ["export", ["5", "b"], { max_tokens: "true", root: "true" }, "--root b --max-tokens 5"],
  [
    "export",
    ["a", "b"],
    { output: "true", root: "true" },
    `--root '<dir>' --output '<dir>', ${SAME_LINE}`,
  ],
] as const)(
  "of %s the words %j are dealt to the flags that npm took, %j",
  (name, argv, env, line) => {
    const text = { name: `stage:${name}`, about: "", example: "" };
    const own = name === "king" ? modelStageCommand(text) : datasetCommand(text);
    const long = own.options.map((option) => option.long?.slice(2) ?? "");
    const flags = npmFlags(asNpm(env), ["parquet"], long);
    expect(swallowed(argv, own, flags)?.fault?.hint).toBe(`npm run stage:king -- ${line}`);
  },
);

test("through npm itself a format is not lost, nor its word taken for the workspace", () => {
  const run = spawnSync(
    "npm",
    ["run", "-s", "stage:export", "--format", "openai", "--root", "win"],
    { encoding: "utf8", env: { ...process.env, npm_config_cache: tempProject() } },
  );
  expect(run.status).toBe(1);
  expect(run.stderr).toContain("npm run stage:export -- --format openai --root win\n");
});

test("through npm itself a glob that npm throws away unseen is not lost", () => {
  const cache = tempProject();
  const run = spawnSync("npm", ["run", "-s", "stage:king", "--only", "a b*", "--limit", "2"], {
    encoding: "utf8",
    env: { ...process.env, npm_config_cache: cache },
  });
  expect(run.status).toBe(1);
  expect(run.stderr).toContain(
    "npm took --only, --limit for its own: flags stand behind \"--\"\n  -> npm run stage:king -- --only 'a b*' --limit 2\n",
  );
});

test.each([
  ["run stage:king --only x", ["--only"], "npm run stage:king -- --only x"],
  [
    "run stage:king --only=x --retry",
    ["--only", "--retry"],
    "npm run stage:king -- --only=x --retry",
  ],
  [
    "run-script stage:king --limit 2 -- --root b",
    ["--limit"],
    "npm run stage:king -- --limit 2 --root b",
  ],
  ["run --only x stage:king", ["--only"], "npm run stage:king -- --only x"],
  [
    "run --prefix d stage:king w --limit 2",
    ["--limit"],
    "npm run stage:king --prefix d w -- --limit 2",
  ],
  ["run stage:king --limit 2 --loglevel silent", ["--limit"], "npm run stage:king -- --limit 2"],
  ["run stage:king -- --only --loglevel", [], "npm run stage:king -- --only --loglevel"],
])("of `npm %s` the flags %j are lost: %s", (words, lost, line) => {
  const flags = { ...none, typed: words.split(" ") };
  const said = swallowed([], king(), flags);
  if (lost.length === 0) expect(said).toBeNull();
  else
    expect(said?.fault).toMatchObject({
      message: expect.stringContaining(lost.join(", ")) as string,
      hint: line,
    });
});

test("where the line is known, settings that nobody typed are none of the command's business", () => {
  const env = asNpm({ limit: "1", force: "true" });
  const typed = ["run", "stage:king", "--force", "--", "--root", "b"];
  const flags = npmFlags(env, [], ["limit"], (script) => (script === "stage:king" ? typed : null));
  expect(swallowed(["--root", "b"], king(), flags)).toEqual({
    fault: null,
    said: "stage:king: npm took --force for its own, and this goes on without; if it was meant for Kingmaker: npm run stage:king -- --force --root b",
  });
});

test("what people set for npm is not taken for a flag of ours", () => {
  const own = modelStageCommand({ name: "stage:king", about: "", example: "" }).option(
    "--python <path>",
  );
  const flags = npmFlags(asNpm({ engine_strict: "true", python: "x" }), [], ["engine", "python"]);
  expect(swallowed(["--limit", "2"], own, flags)).toBeNull();
});

test("through npm itself an engine without -- is refused with the line to type", () => {
  const run = spawnSync("npm", ["run", "-s", "stage:king", "--engine", "batch-file"], {
    encoding: "utf8",
  });
  expect(run.status).toBe(1);
  expect(run.stderr).toContain("npm run stage:king -- --engine batch-file");
});

test("through npm itself a switch is refused before anything is done", () => {
  const run = spawnSync("npm", ["run", "-s", "worth", "--estimate"], { encoding: "utf8" });
  expect(run.status).toBe(1);
  expect(run.stderr).toContain("npm run worth -- --estimate");
});

test("--force, --json and --yes are set for npm itself: one line, and the stage goes on", () => {
  const said = swallowed(["--limit", "2"], king(), byNpm({ force: "true", yes: "true" }));
  expect(said).toEqual({
    fault: null,
    said: "stage:king: npm took --force, --yes for its own, and this goes on without; if it was meant for Kingmaker: npm run stage:king -- --limit 2 --force --yes",
  });
});

test.each([
  ["npm took nothing", byNpm({ yes: "" })],
  ["this is no npm script", npmFlags({ npm_config_limit: "1" })],
  [
    "another script runs",
    npmFlags({
      npm_lifecycle_event: "test",
      npm_lifecycle_script: "vitest run",
      npm_config_limit: "1",
    }),
  ],
  ["the command has no such flag", byNpm({ root: "x" })],
])("nothing is said where %s", (_why, flags) => {
  expect(swallowed([], new Command("x"), flags)).toBeNull();
});

test("through npm itself a swallowed flag ends with 1, and nothing is asked", () => {
  const root = tempProject();
  const run = spawnSync("npm", ["run", "-s", "stage:king", "--limit=1", "--", "--root", root], {
    encoding: "utf8",
    env: { ...process.env, npm_config_cache: tempProject() },
  });
  expect(run.status).toBe(1);
  expect(run.stderr).toContain(`npm run stage:king -- --limit 1 --root ${root}`);
});
