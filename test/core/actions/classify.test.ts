import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { classifyAction } from "../../../src/core/actions/classify.ts";
import { measure } from "../../../src/core/actions/measure.ts";
import { ACTION_TYPES } from "../../../src/core/actions/types.ts";
import type { ActionTurn, ActionType } from "../../../src/core/actions/types.ts";

const bash = (command: string, words = "THOUGHT: next"): ActionTurn => ({
  content: `${words}\n\n\`\`\`bash\n${command}\n\`\`\``,
});
const call = (name: string, args: unknown): ActionTurn => ({
  content: null,
  tool_calls: [
    {
      id: "1",
      type: "function",
      function: { name, arguments: typeof args === "string" ? args : JSON.stringify(args) },
    },
  ],
});
const react = (name: string, input: string): ActionTurn => ({
  content: `\nThought: \nAction: ${name}\nAction Input: ${input}`,
});

describe("a shell command", () => {
  test.each<[ActionType, string]>([
    ["retrieval", "grep -rn foo src | head -5"],
    ["retrieval", "cd /testbed && find . -name '*.py' -exec grep -l x {} \\; | xargs grep -l y"],
    ["retrieval", "ls -la example/ 2>/dev/null"],
    ["retrieval", "cat a.log | grep ERROR"],
    ["retrieval", "git log --oneline -5"],
    ["retrieval", "pip list | grep numpy"],
    ["retrieval", "python --version"],
    ["file_read", "cat src/a.py"],
    ["file_read", "nl -ba a.py | sed -n '1,20p'"],
    ["file_read", "cd x && sed -n '640,690p' src/marshmallow/schema.py"],
    ["file_read", "cat a.py | head -50"],
    ["file_read", "grep -n foo a.py; sed -n 1,9p a.py"],
    ["file_read", "find . -name setup.cfg | xargs cat"],
    ["file_read", "git diff HEAD"],
    ["file_read", "bash -c 'tail -n 5 a.log'"],
    ["file_write", "sed -i 's/a/b/' x.py"],
    ["file_write", "sed -i 's/a/b/' x.py && sed -n 1,5p x.py"],
    ["file_write", "cat > a.py <<'EOF'\nprint(1)\nEOF"],
    ["file_write", "git diff a.py > a.patch 2>&1"],
    ["file_write", "rm -f reproduce.py"],
    ["file_write", "echo x >> notes.txt"],
    ["file_write", "git checkout -- a.py"],
    ["file_write", "python fix_imports.py"],
    ["file_write", "python - <<'EOF'\nopen('a.py', 'w').write('x')\nEOF"],
    ["file_write", "cat > fix.py <<'EOF'\nopen('a.py','w').write('x')\nEOF\npython fix.py"],
    ["file_write", "python tool.py --key 1 > out.pub"],
    ["verifier", "cd /testbed && timeout 60 python -m pytest tests -q 2>&1 | tail -20"],
    ["verifier", "python reproduce.py | grep -v Warning"],
    ["verifier", "cat > test_x.py <<'EOF'\nimport x\nEOF\npython test_x.py"],
    ["verifier", "sed -i s/a/b/ x.py && pytest"],
    ["verifier", "python -c 'import a; print(a.f(1))'"],
    ["verifier", "go test ./..."],
    ["verifier", "npm run lint"],
    ["verifier", "pytest > out.txt"],
    ["verifier", "sudo env A=1 tox -e py39"],
    ["tool_call", "pip install numpy -q"],
    ["tool_call", "apt-get update && apt-get install -y jq"],
    ["tool_call", "cd /testbed"],
    ["tool_call", "curl -X POST -F 'file=@a' http://127.0.0.1/x"],
    ["retrieval", "curl -s http://127.0.0.1/x"],
    ["final_answer", "echo COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT && cat patch.txt"],
    ["final_answer", "echo MINI_SWE_AGENT_FINAL_OUTPUT; git add -A && git diff --cached"],
    ["final_answer", "submit"],
    ["BLOCKED", "exit_forfeit"],
    [
      "file_write",
      "edit 74:76\n    def level(self) -> int:\n        return self._level\nend_of_edit",
    ],
    ["file_read", 'open "tests/missing_colon.py"'],
    ["file_write", "create reproduce.py"],
  ])("is %s: %s", (type, command) => {
    expect(classifyAction(bash(command))).toBe(type);
  });

  test("that runs a program of unknown purpose is a check when the words say so", () => {
    expect(classifyAction(bash("mytool a.sql", "Now let me test the fix:"))).toBe("verifier");
    expect(classifyAction(bash("mytool a.sql", "Now the next one:"))).toBe("tool_call");
  });

  test("of several blocks the last is what is done", () => {
    const content = "```\nedit 1:2\nx\nend_of_edit\n```\nran\n```\nsubmit\n```";
    expect(classifyAction({ content })).toBe("final_answer");
  });
});

describe("the other ways to act", () => {
  test.each<[ActionType, string, ActionTurn]>([
    ["verifier", "a bash call", call("bash", { command: "pytest -q" })],
    [
      "file_read",
      "an editor's view of a file",
      call("str_replace_editor", { command: "view", path: "/a/b.py", view_range: [1, 9] }),
    ],
    [
      "retrieval",
      "an editor's view of a folder",
      call("str_replace_editor", { command: "view", path: "/testbed/src" }),
    ],
    [
      "file_write",
      "an editor's replacement",
      call("str_replace_editor", { command: "str_replace", path: "/a", old_str: "x" }),
    ],
    ["file_write", "apply_patch", call("apply_patch", { input: "*** Begin Patch" })],
    ["retrieval", "a search API", call("search_direct_flight", { origin: "JFK" })],
    [
      "tool_call",
      "a business tool that updates",
      call("update_reservation_flights", { reservation_id: "X" }),
    ],
    ["tool_call", "a tool with broken arguments", call("get_user_details", '{"user_id": ')],
    ["tool_call", "thinking", call("think", { thought: "hm" })],
    ["BLOCKED", "handing over to a person", call("transfer_to_human_agents", { summary: "x" })],
    ["ask_clarification", "a tool that asks", call("ask_user", { question: "Which one?" })],
    ["final_answer", "a submit tool", call("submit", {})],
    ["verifier", "a code interpreter", call("python", { code: "assert f(1) == 2" })],
    ["retrieval", "a ReAct list", react("list_of_cocktails_for_the_cocktail_db", "{}")],
    [
      "retrieval",
      "a ReAct call with a query",
      react("images_for_seo_api", '{"query": "technology"}'),
    ],
    ["tool_call", "a ReAct call", react("get_track_info_for_post", '{"track_number": "RB4"}')],
    [
      "final_answer",
      "ReAct Finish",
      react("Finish", '{"return_type": "give_answer", "final_answer": "42"}'),
    ],
    ["BLOCKED", "ReAct giving up", react("Finish", '{"return_type": "give_up_and_restart"}')],
    [
      "file_read",
      "an XML call",
      { content: "Look:\n<function=bash>\n<parameter=command>cat a.py</parameter>\n</function>" },
    ],
    ["final_answer", "an XML submit", { content: "<function=submit>\n</function>" }],
    ["file_write", "a command element", { content: "Clean up:\n<command>\nrm a.py\n</command>" }],
    [
      "retrieval",
      "tool-call tokens",
      {
        content:
          '<|tool_calls_section_begin|><|tool_call_begin|>functions.bash:0<|tool_call_argument_begin|>{"command":"ls"}<|tool_call_end|><|tool_calls_section_end|>',
      },
    ],
    [
      "file_write",
      "two calls, one of which writes",
      {
        content: "",
        tool_calls: [
          { function: { name: "bash", arguments: '{"command":"ls"}' } },
          { function: { name: "bash", arguments: '{"command":"touch a"}' } },
        ],
      },
    ],
    ["file_read", "content in parts", { content: [{ type: "text", text: "```bash\ncat a\n```" }] }],
    [
      "file_write",
      "a group named command in code",
      { content: "```bash\ncat > a.py <<'EOF'\nre.compile('(?P<command>x)')\nEOF\n```" },
    ],
  ])("%s: %s", (type, _, turn) => {
    expect(classifyAction(turn)).toBe(type);
  });
});

describe("a turn that only talks", () => {
  test.each<[ActionType, string]>([
    ["ask_clarification", "Could you please provide your user ID?"],
    ["ask_clarification", "Once you have the reservation ID, please share it with me."],
    ["ask_clarification", "Please let me know which option you prefer."],
    [
      "final_answer",
      "You have saved $10. If there's anything else you need, feel free to let me know!",
    ],
    ["final_answer", "Done. If you have any more questions, feel free to ask. Anything else?"],
    [
      "BLOCKED",
      "Unfortunately this ticket cannot be refunded. If you need further assistance, let me know.",
    ],
    ["BLOCKED", ""],
  ])("is %s: %s", (type, content) => {
    expect(classifyAction({ content, tool_calls: null })).toBe(type);
  });
});

describe("a repair", () => {
  const failed =
    "<returncode>1</returncode>\n<output>\nTraceback (most recent call last):\nModuleNotFoundError: No module named 'x'\n</output>";
  const fine = "<returncode>0</returncode>\n<output>\nok\n</output>";
  const toolFailed =
    '{"error": "", "response": "{\'message\': \'genre must be an integer: Thriller\'}"}';

  test.each<[ActionType, string, ActionTurn]>([
    [
      "repair",
      "an edit after a failed step",
      { ...bash("sed -i s/a/b/ t.py"), prev: failed, prev_role: "user" },
    ],
    [
      "file_write",
      "the same edit after a good one",
      { ...bash("sed -i s/a/b/ t.py"), prev: fine, prev_role: "user" },
    ],
    [
      "repair",
      "an install after a missing module",
      { ...bash("pip install x"), prev: failed, prev_role: "user" },
    ],
    [
      "verifier",
      "a rerun after a failure",
      { ...bash("python t.py"), prev: failed, prev_role: "user" },
    ],
    [
      "file_read",
      "reading after a failure",
      { ...bash("cat t.py"), prev: failed, prev_role: "user" },
    ],
    [
      "repair",
      "a script written anew because it could not run",
      { ...bash("cat > t.py <<'EOF'\nx\nEOF\npython t.py"), prev: failed, prev_role: "user" },
    ],
    [
      "repair",
      "an edit that the words call mending own work",
      {
        ...bash("cat > t.py <<'EOF'\nx\nEOF", "Let me fix my script:"),
        prev: fine,
        prev_role: "user",
      },
    ],
    [
      "repair",
      "a call whose argument the error names",
      { ...react("search_shows", '{"genre": "20"}'), prev: toolFailed, prev_role: "function" },
    ],
    [
      "tool_call",
      "another tool after the error",
      { ...react("dota_2_steam_web", "{}"), prev: toolFailed, prev_role: "function" },
    ],
    [
      "repair",
      "the same tool again, known from the turn before",
      {
        ...call("pay", { card: 2 }),
        prev: "Error: declined",
        prev_role: "tool",
        before: call("pay", { card: 1 }),
      },
    ],
    [
      "file_write",
      "an edit after a person's words about an error",
      { ...bash("touch a"), prev: "I get Error: x when I call it", prev_role: "user" },
    ],
  ])("%s: %s", (type, _, turn) => {
    expect(classifyAction(turn)).toBe(type);
  });
});

test("no turn makes the classifier throw", () => {
  const odd = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.anything(),
    fc.constantFrom("```bash\n", "Action: \nAction Input:", "<function=", "<|tool_call_begin|>"),
  );
  fc.assert(
    fc.property(odd, odd, odd, (content, prev, tool_calls) => {
      expect(ACTION_TYPES).toContain(
        classifyAction({ prev_role: "user", prev, content, tool_calls }),
      );
    }),
    { numRuns: 500, seed: 11 },
  );
});

test("a turn of 300,000 characters is classified without going over it again and again", () => {
  const content = `${"please ".repeat(40_000)}\n\`\`\`bash\ncat ${"x ".repeat(10_000)}\n\`\`\``;
  expect(classifyAction({ prev_role: "tool", prev: "error ".repeat(30_000), content })).toBe(
    "file_read",
  );
});

test.each([
  ["test/fixtures/real/actions_labelled.jsonl", 0.95, 0.9],
  ["test/fixtures/actions/sampled.jsonl", 0.95, 0.9],
  ["test/fixtures/actions/odd.jsonl", 0.95, 0.9],
  ["test/fixtures/actions/varied.jsonl", 0.95, 0.9],
  ["test/fixtures/actions/fresh.jsonl", 0.9, 0.9],
])("the classifier keeps its figures on %s", (file, accuracy, macroF1) => {
  const rows = readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as ActionTurn & { label: string })
    .map((row) => ({ label: row.label, type: classifyAction(row) }));
  const result = measure(rows);
  expect(result.accuracy).toBeGreaterThanOrEqual(accuracy);
  expect(result.macroF1).toBeGreaterThanOrEqual(macroF1);
});
