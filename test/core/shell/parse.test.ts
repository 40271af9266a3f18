import { readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseShell, shellFault } from "../../../src/core/shell/parse.ts";
import type { ShellCommand } from "../../../src/core/shell/command.ts";

const commandsOf = (source: string): readonly ShellCommand[] => {
  const parsed = parseShell(source);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.commands;
};
/** Program and arguments as one line, for tables. */
const linesOf = (source: string): string[] =>
  commandsOf(source).map((command) => [command.program, ...command.args].join(" "));

describe("parseShell", () => {
  test.each([
    ["a plain command", "grep -n foo src/a.py", ["grep -n foo src/a.py"]],
    [
      "quotes and backslashes removed",
      `echo "a \\"b\\" c" 'd e' f\\ g $'x\\ty'`,
      [`echo a "b" c d e f g x\ty`],
    ],
    [
      "expansions left as text",
      'ls "$HOME/x" ${y:-z} $((1 + 2)) {a,b} *.py',
      ["ls $HOME/x ${y:-z} $((1 + 2)) {a,b} *.py"],
    ],
    ["a sequence", "cd x && pytest -q || echo no; ls &", ["cd x", "pytest -q", "echo no", "ls"]],
    ["a negation and time", "! grep x y; time pytest", ["grep x y", "pytest"]],
    [
      "wrappers kept as they are",
      `sudo timeout 5 env A=1 bash -c "ls | wc"`,
      ["sudo timeout 5 env A=1 bash -c ls | wc"],
    ],
    ["a subshell", "(cd /tmp; ls)", ["cd /tmp", "ls"]],
    [
      "a substitution after its command",
      'echo "$(ls $(pwd))" `id`',
      ["echo $(ls $(pwd)) `id`", "ls $(pwd)", "pwd", "id"],
    ],
    [
      "process substitution",
      "diff <(sort a) <(sort b)",
      ["diff <(sort a) <(sort b)", "sort a", "sort b"],
    ],
    ["a loop", "for f in $(ls); do cat $f; done", ["ls", "cat $f"]],
    ["a while loop", "while read x; do echo $x; done", ["read x", "echo $x"]],
    [
      "all branches of an if",
      "if a; then b; elif c; then d; else e; fi",
      ["a", "b", "c", "d", "e"],
    ],
    ["all branches of a case", "case $(x) in 1) a;; *) b;; esac", ["x", "a", "b"]],
    ["a function body", "f() { ls; }; f", ["ls", "f"]],
    [
      "tests and arithmetic",
      "[[ -f a ]] && ((x++)) && [ -d b ]",
      ["[[ -f a", "(( x++", "[ -d b ]"],
    ],
    ["a declaration", "export A=$(ls) B", ["export A=$(ls) B", "ls"]],
    ["a comment", "# nothing\n", []],
    ["the empty text", "", []],
    ["CRLF line ends", "ls -l\r\npwd\r\n", ["ls -l", "pwd"]],
    ["letters beyond ASCII", "echo é $(ls 😀) | cat ü", ["echo é $(ls 😀)", "ls 😀", "cat ü"]],
  ])("reads %s", (_, source, expected) => {
    expect(linesOf(source)).toEqual(expected);
  });

  test("a pipeline marks the commands that read the pipe", () => {
    expect(commandsOf("a | b && c |& d; e").map(({ program, piped }) => [program, piped])).toEqual([
      ["a", false],
      ["b", true],
      ["c", false],
      ["d", true],
      ["e", false],
    ]);
  });

  test("commands of a substitution are marked as such", () => {
    expect(
      commandsOf("echo $(a | b)").map(({ program, substituted }) => [program, substituted]),
    ).toEqual([
      ["echo", false],
      ["a", true],
      ["b", true],
    ]);
  });

  test.each([
    ["cat > out", [{ op: ">", target: "out", fd: "" }]],
    [
      "a >> 'x y' 2>&1",
      [
        { op: ">>", target: "x y", fd: "" },
        { op: ">&", target: "1", fd: "2" },
      ],
    ],
    [
      "a < in &> all",
      [
        { op: "<", target: "in", fd: "" },
        { op: "&>", target: "all", fd: "" },
      ],
    ],
    ["wc <<< hello", [{ op: "<<<", target: "hello", fd: "" }]],
  ])("reads the redirects of %s", (source, expected) => {
    expect(commandsOf(source)[0]?.redirects).toEqual(expected);
  });

  test("the redirect of a group is a command without a program", () => {
    expect(
      commandsOf("{ a; b; } > out").map(({ program, redirects }) => [program, redirects.length]),
    ).toEqual([
      ["", 1],
      ["a", 0],
      ["b", 0],
    ]);
  });

  test("assignments stand apart from the program", () => {
    expect(
      commandsOf('A=1 B="x y" pytest -q; C=$(ls)').map(({ program, assigns }) => [
        program,
        assigns,
      ]),
    ).toEqual([
      ["pytest", ["A=1", "B=x y"]],
      ["", ["C=$(ls)"]],
      ["ls", []],
    ]);
  });

  test.each([
    ["quoted delimiter", "cat <<'EOF' > a.py\nprint('$x')\nEOF\n", ["print('$x')\n"]],
    ["indented end", "python - <<-E\n\tx = 1\n\tE\n", ["\tx = 1\n"]],
    ["two of them", "cat <<A <<B\n1\nA\n2\nB\n", ["1\n", "2\n"]],
    ["empty body", "cat <<EOF\nEOF\n", [""]],
    ["shell text in the body", "cat <<'EOF'\nrm -rf / | (\n```\nEOF\n", ["rm -rf / | (\n```\n"]],
  ])("reads here-documents: %s", (_, source, expected) => {
    expect(commandsOf(source)[0]?.heredocs).toEqual(expected);
  });

  test("commands inside an unquoted here-document are found", () => {
    expect(linesOf("cat <<EOF\n$(date)\nEOF\n")).toEqual(["cat", "date"]);
  });

  test.each([
    ['echo "a', '1:6: reached EOF without closing quote "'],
    ["ls\necho )", "2:6: a command can only contain words and redirects; encountered )"],
    ["a\n  fi", '2:3: "fi" can only be used to end an if'],
    ["cat <<EOF\nx", "1:5: unclosed here-document 'EOF'"],
    ["a;;b", "1:2: ;; can only be used in a case clause"],
    ["(".repeat(20_000), "1:1: nested too deeply to be read"],
  ])("a syntax error is a value with line and column: %.20s", (source, message) => {
    expect(parseShell(source)).toEqual({ ok: false, message });
    expect(shellFault(source)).toBe(message);
  });

  test("no fault is found in what parses", () => {
    expect(shellFault("cd /repo && grep -rn 'x' . | head")).toBeNull();
    expect(shellFault("# a comment alone")).toBeNull();
  });

  test("a good command is read after one that was given up", () => {
    parseShell("$(".repeat(5_000));
    expect(linesOf("ls")).toEqual(["ls"]);
  });

  test("a chain of 5,000 commands is read to its end", () => {
    expect(commandsOf(`${"a && ".repeat(5_000)}b`)).toHaveLength(5_001);
  });

  test("a word of 300,000 characters is read whole", () => {
    expect(commandsOf(`echo ${"x".repeat(300_000)}`)[0]?.args[0]).toHaveLength(300_000);
  });

  test("no text makes it throw", () => {
    const shellish = fc.array(
      fc.constantFrom(
        "$(",
        ")",
        "`",
        '"',
        "'",
        "<<E",
        "\n",
        "|",
        "&&",
        "((",
        "[[",
        "if",
        "\\",
        "\0",
        "\r",
        "é",
        "\ud800",
        "{",
        ";",
        ">",
        "a",
        " ",
      ),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: "binary" }),
          shellish.map((parts) => parts.join("")),
        ),
        (source) => {
          const parsed = parseShell(source);
          expect(parsed.ok || /^\d+:\d+: /.test(parsed.message)).toBe(true);
        },
      ),
      { numRuns: 1_000, seed: 7 },
    );
  });

  test("every command of the real mini-swe-agent turns is read or has a message", () => {
    const rows = readFileSync("test/fixtures/real/actions_labelled.jsonl", "utf8")
      .trim()
      .split("\n");
    const blocks = rows.flatMap((row) => {
      const content = (JSON.parse(row) as { content: string | null }).content ?? "";
      return /```bash\n([\s\S]*?)\n```/.exec(content)?.[1] ?? [];
    });
    expect(blocks.length).toBeGreaterThan(20);
    expect(blocks.filter((block) => !parseShell(block).ok)).toEqual([]);
  });

  test("memory stays flat over thousands of parses", () => {
    setFlagsFromString("--expose-gc");
    const gc = runInNewContext("gc") as () => void;
    const parseMany = (): void => {
      for (let n = 0; n < 1_500; n++)
        parseShell(n % 10 === 0 ? `if ( ${n}` : `cd /x && A=${n} pytest -q | tail -${n}`);
    };
    parseMany();
    gc();
    const before = process.memoryUsage().heapUsed;
    parseMany();
    gc();
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(1_500_000);
  });
});
