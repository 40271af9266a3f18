/** What `npm pack` makes, put below node_modules as npm does, with the packages that it declares. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { expect, test } from "vitest";
import { tempProject } from "./support/project.ts";

/** Packing, unpacking and five stages: minutes on a busy machine. */
const SLOW_MS = 600_000;

test(
  "the package runs in an empty folder: JavaScript alone, demo and page where one stands",
  () => {
    const root = tempProject({ "package.json": {} });
    const home = installed(root);
    const own = readdirSync(home, { recursive: true, encoding: "utf8" });
    expect(own.filter((name) => name.endsWith(".ts"))).toEqual([]);
    expect(own.filter((name) => /(^|\/)(test|bench|demo|\.venv)(\/|$)/.test(name))).toEqual([]);

    const started = kingmaker(root, ["start"]);
    expect(started.stderr).toBe("");
    expect(started.stdout).toContain("The challenger is accepted (challenger 62.8, king 37.2).");
    expect(started.stdout).toContain("Look at the duels: npx kingmaker view --root demo\n");
    expect(existsSync(join(root, "demo/report/report.md"))).toBe(true);
    // Turns alone, for whoever reads the folder with a script of their own.
    expect(readdirSync(join(root, "demo/answer")).every((name) => /_\d+\.json$/.test(name))).toBe(
      true,
    );
    expect(existsSync(join(home, "demo"))).toBe(false);
  },
  SLOW_MS,
);

test(
  "in the package every command of the help page is there, and hints name the command",
  () => {
    const root = tempProject({ "package.json": {}, "my run/.keep": "" });
    installed(root);
    const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
    expect(kingmaker(root, ["--version"]).stdout).toBe(`${version}\n`);
    const page = kingmaker(root, []).stdout;
    const names = [...page.matchAll(/^ {2}([\w-]+) {2}/gm)].map(([, name = ""]) => name);
    expect(names.length).toBeGreaterThan(25);
    expect(names).not.toContain("screenshots");
    for (const name of names) {
      expect(kingmaker(root, [name, "--help"]), name).toMatchObject({ status: 0, stderr: "" });
    }
    expect(kingmaker(root, ["king", "--root", "my run"]).stderr).toBe(
      "king: prompt/ holds no prompts\n  -> run `npx kingmaker prompt --root 'my run'` first\n",
    );
  },
  SLOW_MS,
);

test(
  "a thread of the package is found: rows by a template of their own",
  () => {
    const root = tempProject({ "package.json": {} });
    installed(root);
    kingmaker(root, ["start"]);
    const template = "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}{% endfor %}";
    mkdirSync(join(root, "demo/template"));
    const config = tempProject({ "tokenizer_config.json": { chat_template: template } });
    const said = kingmaker(root, [
      "export",
      "--root",
      "demo",
      "--format",
      "chatml",
      "--tokenizer-config",
      join(config, "tokenizer_config.json"),
    ]);
    expect(said.stderr + said.stdout).toContain("export: ");
    expect(said.status).toBe(0);
    expect(readFileSync(join(root, "demo/dataset/export/train.jsonl"), "utf8")).toContain(
      "<|user|>",
    );
  },
  SLOW_MS,
);

// ---------------------------------------------------------------------------------------------

type Ran = { readonly status: number | null; readonly stdout: string; readonly stderr: string };

/** By the link that npm makes; what this process was told by npm is not handed on. */
function kingmaker(root: string, args: readonly string[]): Ran {
  const { PATH = "", HOME = "" } = process.env;
  const run = spawnSync(process.execPath, [join(root, "node_modules/.bin/kingmaker"), ...args], {
    cwd: root,
    encoding: "utf8",
    env: { PATH, HOME },
  });
  return {
    status: run.status,
    stdout: run.stdout,
    stderr: run.stderr
      .split("\n")
      .filter((line) => !/^(prompt|king|challenger|validate|report) \d+\/\d+/.test(line))
      .join("\n"),
  };
}

let packed: string | null = null;

/** The tarball below node_modules/kingmaker of `root`; its folder. */
function installed(root: string): string {
  packed ??= pack();
  const home = join(root, "node_modules/kingmaker");
  mkdirSync(home, { recursive: true });
  spawnSync("tar", ["-xzf", packed, "-C", home, "--strip-components=1"]);
  const own = JSON.parse(readFileSync(join(home, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
    bin: { kingmaker: string };
  };
  for (const name of Object.keys(own.dependencies)) {
    const link = join(root, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(resolve("node_modules", name), link);
  }
  mkdirSync(join(root, "node_modules/.bin"));
  symlinkSync(join(home, own.bin.kingmaker), join(root, "node_modules/.bin/kingmaker"));
  return home;
}

function pack(): string {
  const folder = join("node_modules/.cache", `pack-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  const made = spawnSync("npm", ["pack", "--pack-destination", folder], { encoding: "utf8" });
  return resolve(folder, made.stdout.trim().split("\n").at(-1) ?? "");
}
