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
  ["commands_second.jsonl", 128],
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

describe("a command of the tables", () => {
  test.each<[ActionType, string]>([
    ["file_read", "hg diff"],
    ["retrieval", "hg diff --stat"],
    ["retrieval", "hg -R /repo log -l 3"],
    ["file_read", "hg log -p a.py"],
    ["file_write", "hg commit -m x"],
    ["file_write", "hg revert a.py"],
    ["tool_call", "hg push"],
    ["retrieval", "svn status"],
    ["file_read", "svn diff a.c"],
    ["file_read", "svn cat a.c"],
    ["file_write", "svn revert a.c"],
    ["tool_call", "svn checkout https://example.test/a"],
    ["file_read", "jj diff"],
    ["retrieval", "jj st"],
    ["retrieval", "jj"],
    ["retrieval", "jj op log"],
    ["retrieval", "jj file list"],
    ["file_read", "jj file show a.rs"],
    ["file_write", "jj describe -m x"],
    ["tool_call", "jj git push"],
    ["retrieval", "ast-grep -p 'f($A)' src"],
    ["file_write", "ast-grep -p 'f($A)' -r 'g($A)' -U"],
    ["file_write", "sg run -p a -r b --update-all"],
    ["verifier", "ast-grep test"],
    ["retrieval", "comby 'a' 'b' .py"],
    ["file_write", "comby 'a' 'b' .py -i"],
    ["file_write", `Rscript -e 'writeLines("a","f")'`],
    ["file_write", `Rscript -e 'writeLines(sub("a", "b", readLines("f")), "f")'`],
    ["file_write", `Rscript -e 'cat("a", file = "f")'`],
    ["file_write", `R -e 'write.csv(x, "f.csv")'`],
    ["file_read", `Rscript -e 'readLines("f")'`],
    ["verifier", `Rscript -e 'writeLines("a, b")'`],
    ["verifier", `Rscript -e 'writeLines(paste("a", "b"))'`],
    ["verifier", `Rscript -e 'devtools::test()'`],
    ["file_write", `julia -e 'write("f", "a")'`],
    ["verifier", "clj -M:test"],
    ["verifier", "clojure -X:test :dirs '[\"test\"]'"],
    ["verifier", "clojure -M:dev:kaocha"],
    ["retrieval", "clj -Stree"],
    ["tool_call", "clj -P"],
    ["file_write", `clj -e '(spit "f" "a")'`],
    ["verifier", "clojure script.clj"],
    ["verifier", "lein test"],
    ["verifier", "lein test :only a.core-test"],
  ])("%s: %s", (want, command) => {
    expect(typeOf("bash", { command })).toBe(want);
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
