/** The tools that SWE-agent is given to look with: they show, and take any words for words. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Template } from "@huggingface/jinja";
import { afterAll, beforeAll, expect, test } from "vitest";

const TOOLS = join(process.cwd(), "training/configs/swe_agent_look");
let repository = "";

beforeAll(() => {
  repository = mkdtempSync(join(tmpdir(), "kingmaker-look-"));
  writeFileSync(join(repository, "a.py"), "answer = 42\nquestion = None\n");
  writeFileSync(join(repository, "-r"), "a file named as an option\n");
  mkdirSync(join(repository, "src"));
  const many = Array.from({ length: 450 }, (_, at) => `line ${at + 1}`);
  writeFileSync(join(repository, "src", "long name.txt"), `${many.join("\n")}\n`);
  execFileSync("git", ["init", "-q"], { cwd: repository });
});

afterAll(() => rmSync(repository, { recursive: true, force: true }));

function look(tool: string, ...words: string[]): string {
  const { stdout, stderr } = spawnSync(join(TOOLS, "bin", tool), words, {
    cwd: repository,
    encoding: "utf8",
  });
  return stdout + stderr;
}

test("show_file shows numbered lines, at most 200 at once, and says how many there are", () => {
  expect(look("show_file", "a.py")).toBe("a.py, of 2 lines:\n1: answer = 42\n2: question = None\n");
  expect(look("show_file", "src/long name.txt", "3", "4")).toBe(
    "src/long name.txt, of 450 lines:\n3: line 3\n4: line 4\n",
  );
  const whole = look("show_file", "src/long name.txt", "101", "450").split("\n");
  expect(whole).toHaveLength(202);
  expect(whole[200]).toBe("300: line 300");
  expect(look("show_file", "-r")).toContain("1: a file named as an option");
});

test("find_file and find_text find, and say so where nothing is", () => {
  expect(look("find_file", "*.py")).toBe("Below .:\n./a.py\n");
  expect(look("find_file", "long*", "src")).toBe("Below src:\n./long name.txt\n");
  expect(look("find_file", "none.*")).toBe("No file of that name below .\n");
  expect(look("find_text", "answer")).toBe("./a.py:1:answer = 42\n");
  expect(look("find_text", "line 44", "src").split("\n")).toHaveLength(12);
  expect(look("find_text", ".*")).toBe("No line holds that text in .\n");
});

const HOSTILE = [
  "$(touch made)",
  "`touch made`",
  "a.py; touch made",
  "a.py\ntouch made",
  "'; touch made; '",
  '"; touch made; "',
  "| tee made",
  "> made",
  "--exec=touch made",
  "-delete",
  "1p;w made",
  "*",
];

test.each(HOSTILE)("%j given for any word changes nothing in the repository", (words) => {
  const before = readdirSync(repository).toSorted();
  for (const given of [
    [words],
    ["a.py", words],
    ["a.py", "1", words],
    [words, words],
    ["*", words],
  ])
    for (const tool of readdirSync(join(TOOLS, "bin"))) look(tool, ...given);
  expect(readdirSync(repository).toSorted()).toEqual(before);
  expect(readFileSync(join(repository, "a.py"), "utf8")).toContain("answer = 42");
});

test("faults are told: no file, no folder, no number", () => {
  expect(look("show_file", "b.py")).toBe("No such file: b.py\n");
  expect(look("show_file", "a.py", "one")).toBe("The first line has to be a number, not: one\n");
  expect(look("show_file", "a.py", "1", "x")).toBe("The last line has to be a number, not: x\n");
  expect(look("find_file", "a.py", "nowhere")).toBe("No such folder: nowhere\n");
  expect(look("find_text", "a", "nowhere")).toBe("No such place: nowhere\n");
});

test("every argument is a text, which SWE-agent quotes, or becomes a whole number", () => {
  const config = readFileSync(join(TOOLS, "config.yaml"), "utf8");
  const named = config.match(/- name: /g) ?? [];
  const formats = [...config.matchAll(/argument_format: "(.*)"$/gm)].map(([, format]) => format);
  expect(formats).toHaveLength(named.length);
  for (const format of formats) {
    const template = new Template(format ?? "");
    expect(template.render({ value: "'a b'" })).toBe("'a b'");
    expect(template.render({ value: 7 })).toBe("7");
    expect(format).toMatch(
      /^\{% if value is string %\}.*\{% else %\}\{\{ value \| int \}\}\{% endif %\}$/,
    );
  }
  expect(config).not.toMatch(/signature: ".*['\\].*"$/m);
});
