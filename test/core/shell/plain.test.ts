import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseByGrammar } from "../../../src/core/shell/parse.ts";
import { plainCommands } from "../../../src/core/shell/plain.ts";

/** What is read as plain is what the grammar reads. */
function agrees(source: string): boolean {
  const plain = plainCommands(source);
  if (plain !== null) expect(parseByGrammar(source)).toEqual({ ok: true, commands: plain });
  return plain !== null;
}

const RESERVED =
  "if then elif else fi for while until do done case esac in select function time coproc let declare typeset local export readonly nameref eval exec test alias unset trap source true".split(
    " ",
  );
const PIECES = [
  ..." a b . / - -- -n --x=1 1 2 _ : @ % + , = ~ ^ * ? [ ] a[1]=b A=1 A+=1 {} {a,b} {1..3} ! # \\ $ $x ` ' \" 'a b' \"a b\" 'a\"b' \"a'b\" '' \"\" '#' '$x' \"!\" && || | |& & ; ;; > < >> << 2>&1 ( ) [[ ]] (( )) é 😀 @( +( x() \t".split(
    " ",
  ),
  " ",
  " ",
  "\n",
  "\r",
  "\0",
  "\x7f",
  "\\\n",
  "\u00a0",
  "\ud800",
  ...RESERVED,
];

describe("commands read without the grammar are read as it reads them", () => {
  test.each([
    "ls",
    "grep -rn 'def f(x):' src/a.py",
    'git commit -m "it\'s done" --author=x',
    "cd /testbed && python -m pytest -q tests/test_a.py::test_b | tail -5 || echo no",
    "  ls -la *.py a?b [ab]c\n",
    "find . -name '*.py' -maxdepth 2",
    "echo ''",
    `awk 'NR==1{print "$x"}' a"b"'c'`,
  ])("%j is plain", (source) => {
    expect(agrees(source)).toBe(true);
  });

  test.each([
    "",
    " ",
    "A=1 ls",
    "ls; pwd",
    "ls > a",
    "echo $x",
    "'ls'",
    "[ -d a ]",
    "a &&",
    "ls &",
  ])("%j is left to the grammar", (source) => {
    expect(plainCommands(source)).toBeNull();
  });

  test.each(RESERVED)("%s as a program's name, an argument and behind an operator", (word) => {
    for (const source of [word, `${word} a`, `a ${word}`, `a && ${word} b`, `a | ${word}`])
      agrees(source);
  });

  test("random near-plain texts", () => {
    let plain = 0;
    const near = fc.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(near, fc.constantFrom("", " "), (pieces, between) => {
        if (agrees(pieces.join(between))) plain++;
      }),
      { numRuns: 4_000, seed: 11 },
    );
    expect(plain).toBeGreaterThan(100);
  });

  test("random plain texts", () => {
    const word = fc.oneof(
      fc.stringMatching(/^[\w./:@%+,=~^*?[\]-]{1,8}$/),
      fc.stringMatching(/^'[ -&(-~]{0,8}'$/),
      fc.stringMatching(/^"[ !#%-[\]^_a-~]{0,8}"$/),
    );
    const command = fc
      .tuple(fc.stringMatching(/^[\w./+-]{1,8}$/), fc.array(word, { maxLength: 5 }))
      .map(([program, words]) => [program, ...words].join(" "));
    const chain = fc.array(fc.tuple(command, fc.constantFrom(" && ", " || ", " | ", "|", "&&")), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(chain, (links) => {
        const source = links.map(([text, op], at) => (at === 0 ? text : op + text)).join("");
        agrees(source);
      }),
      { numRuns: 1_500, seed: 12 },
    );
  });

  test("all commands of the fixtures", () => {
    const folder = "test/fixtures/actions";
    const files = readdirSync(folder).filter((name) => name.endsWith(".jsonl"));
    const texts = [...files.map((name) => join(folder, name)), REAL].flatMap((path) =>
      readFileSync(path, "utf8").trim().split("\n").flatMap(scriptsIn),
    );
    expect(texts.length).toBeGreaterThan(400);
    expect(texts.filter(agrees).length).toBeGreaterThan(100);
  });
});

const REAL = "test/fixtures/real/actions_labelled.jsonl";

/** A row's command, the blocks of its text, and their lines one by one. */
function scriptsIn(line: string): readonly string[] {
  const { command, content } = JSON.parse(line) as { command?: unknown; content?: unknown };
  const scripts = [
    ...(typeof command === "string" ? [command] : []),
    ...(typeof content === "string"
      ? [...content.matchAll(/```\w*\n([\s\S]*?)\n```/g)].map((block) => block[1] ?? "")
      : []),
  ];
  return scripts.flatMap((script) => [script, ...script.split("\n")]);
}
