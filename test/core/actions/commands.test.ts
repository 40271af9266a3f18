/** Bare commands with the type a person gives, and tool calls of the known agents. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { classifyAction } from "../../../src/core/actions/classify.ts";
import { wilsonInterval, shareText } from "../../../src/core/actions/interval.ts";
import { opensOf } from "../../../src/core/actions/open-mode.ts";
import { shellKind } from "../../../src/core/actions/shell-kind.ts";
import type { ActionType } from "../../../src/core/actions/types.ts";

const typeOf = (name: string, given: Record<string, unknown> | string): ActionType =>
  classifyAction({ content: "", tool_calls: [{ id: "1", name, arguments: given }] });

test.each([
  ["commands.jsonl", 190],
  ["commands_held.jsonl", 483],
])("%s: at least %i commands have the type that a person gives", (file, least) => {
  const rows = readFileSync(`test/fixtures/actions/${file}`, "utf8")
    .trim()
    .split("\n")
    .map((line): { command: string; want: string } => JSON.parse(line));
  const right = rows.filter(({ command, want }) => typeOf("bash", { command }) === want);
  expect(right.length).toBeGreaterThanOrEqual(least);
});

describe("a tool of a known agent", () => {
  test.each<[ActionType, string, Record<string, unknown> | string]>([
    ["retrieval", "Grep", { pattern: "a" }],
    ["file_read", "Read", { file_path: "/a" }],
    ["file_write", "MultiEdit", { file_path: "/a", edits: [] }],
    ["file_write", "NotebookEdit", { notebook_path: "/a" }],
    ["tool_call", "TodoWrite", { todos: [] }],
    ["tool_call", "Task", { prompt: "look" }],
    ["ask_clarification", "AskUserQuestion", { questions: [] }],
    ["verifier", "exec_command", { cmd: "cargo test" }],
    ["verifier", "shell", { command: ["bash", "-lc", "pytest -q | tail -3"] }],
    ["file_read", "shell", { command: ["cat", "a b.txt"] }],
    ["file_write", "apply_patch", "*** Begin Patch"],
    ["retrieval", "search_file_content", { pattern: "a" }],
    ["file_write", "replace", { file_path: "/a", old_string: "x", new_string: "y" }],
    ["final_answer", "complete_task", { result: "x" }],
    ["verifier", "run_commands", { commands: ["ls", "npm test"] }],
    ["file_read", "read_files", { files: [{ path: "a" }] }],
    ["file_write", "editor", { path: "a", old_text: "x", new_text: "y" }],
    ["retrieval", "bash_command", { keystrokes: "ls -la\n", duration: 1 }],
    ["final_answer", "mark_task_complete", {}],
    ["file_write", "write_to_file", { path: "a", content: "x" }],
    ["final_answer", "attempt_completion", { result: "x" }],
    ["file_read", "file_editor", { command: "view", path: "/a.py" }],
    ["file_write", "file_editor", { command: "create", path: "/a.py" }],
    ["retrieval", "developer__shell", { command: "rg a" }],
    ["retrieval", "mcp__files__search_files", { pattern: "a" }],
    ["file_read", "mcp__files__read_text_file", { path: "a" }],
    ["verifier", "runTests", { files: ["a"] }],
    ["retrieval", "WebSearch", { query: "a" }],
    ["tool_call", "create", { title: "an event", when: "noon" }],
  ])("%s: %s %j", (want, name, given) => {
    expect(typeOf(name, given)).toBe(want);
  });
});

test.each<[string, boolean, boolean]>([
  ["open('a')", false, true],
  ["open('a', 'w')", true, false],
  ["open(os.path.join('a', f('b', 'w')))", false, true],
  ["open(os.path.join('a', f('b')), mode='a')", true, false],
  ["Path('a').open('w')", true, false],
  ["io.open(p, 'wb')", true, false],
  ["gzip.open('a,w')", false, true],
  ["open(\"a(\", 'x')", true, false],
  ["fopen($f, 'r')", false, true],
  ["reopen('a', 'w')", false, false],
])("open modes are read with balanced brackets: %s", (code, writes, reads) => {
  expect(opensOf(code)).toEqual({ writes, reads });
});

test("a script that was judged before is judged the same again", () => {
  for (const script of ["pytest -q", "cat a | grep b", "sed -i s/a/b/ f"])
    expect(shellKind(script)).toEqual(shellKind(script));
});

test("many brackets and quotes cost no more than their length", () => {
  const code = `python -c "${"open(".repeat(20_000)}"`;
  expect(typeOf("bash", { command: code })).toBe("file_read");
});

test.each([
  ["sed", `sed '${" ".repeat(20_000)}x' f`],
  ["sed", `sed '${";s|a".repeat(20_000)}' f`],
  ["awk", `awk '${"print a ".repeat(20_000)}' f`],
  ["awk", `awk '${" ".repeat(20_000)}x' f`],
])("a long program of %s is judged without going over it again and again", (_, command) => {
  expect(typeOf("bash", { command })).toBe("file_read");
});

test("Wilson's interval has the ends worked by hand", () => {
  const [low, high] = wilsonInterval(8, 10);
  expect(low).toBeCloseTo(0.4902, 3);
  expect(high).toBeCloseTo(0.9433, 3);
  expect(wilsonInterval(0, 0)).toEqual([0, 1]);
  expect(shareText(8, 10)).toBe("0.80 [0.49, 0.94]");
  expect(shareText(0, 0)).toBe("-");
});
