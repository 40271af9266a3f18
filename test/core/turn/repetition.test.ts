import { expect, test } from "vitest";
import { changesState, repetitionOf } from "../../../src/core/turn/repetition.ts";
import type { Message } from "../../../src/records/message.ts";
import { recordedAnswers } from "../../support/duel.ts";
import { commandOf } from "../../../src/core/turn/form.ts";

const history = (...commands: readonly string[]): Message[] =>
  commands.flatMap((command) => [
    { role: "assistant", content: `Next.\n\n\`\`\`bash\n${command}\n\`\`\`` },
    { role: "user", content: "<output></output>" },
  ]);

const AGAIN = "the very command of both of the last two turns";
const THRICE = "run 3 times since the last edit or install";

test.each<[string, readonly string[], string | null]>([
  ["a first run", [], null],
  ["one run before", ["pytest -q"], null],
  ["both of the last two turns", ["ls", "pytest -q", "pytest -q"], AGAIN],
  ["two runs that are not the last two", ["pytest -q", "pytest -q", "ls"], null],
  [
    "three runs with nothing between",
    ["pytest -q", "ls", "pytest -q", "ls", "pytest -q", "ls"],
    THRICE,
  ],
  ["an edit in between", ["pytest -q", "pytest -q", "sed -i s/a/b/ x.py", "pytest -q", "ls"], null],
  [
    "an install in between",
    ["pytest -q", "pytest -q", "pip install -e .", "pytest -q", "ls"],
    null,
  ],
  ["a redirect in between", ["pytest -q", "pytest -q", "echo x > y.py", "pytest -q", "ls"], null],
  [
    "only a sink in between",
    ["pytest -q", "pytest -q", "ls > /dev/null", "pytest -q", "ls 2>&1"],
    THRICE,
  ],
  ["CRLF and outer space", ["pytest -q", " pytest -q\r"], AGAIN],
])("repetition with %s", (_name, commands, found) => {
  expect(repetitionOf("pytest -q", history(...commands))).toBe(found);
});

test("commands in tool calls are compared as well", () => {
  const call: Message = {
    role: "assistant",
    content: "",
    tool_calls: [{ id: "1", name: "bash", arguments: { command: "pytest -q" } }],
  };
  expect(repetitionOf("pytest -q", [call, call])).toBe(AGAIN);
  const broken = { ...call, tool_calls: [{ id: "2", name: "bash", arguments: "{" }] };
  expect(repetitionOf("pytest -q", [call, broken])).toBeNull();
});

test.each([
  ["sed -i 's/a/b/' f", true],
  ["sed -n 1,5p f", false],
  ["cat > f << 'EOF'\nx\nEOF", true],
  ["grep -e install setup.py", false],
  ["sudo pip install x", true],
  ["python -m pip install -e .", true],
  ["python setup.py develop", true],
  ["git checkout -- f", true],
  ["git diff", false],
  ["python -c \"open('f','w').write('x')\"", true],
  ["pytest 2>&1 | tail -5", false],
  ["if (", false],
])("%s changes the state: %s", (command, changes) => {
  expect(changesState(command)).toBe(changes);
});

test("no candidate of the recorded turns is a repetition, the rerun after an install included", () => {
  for (const answer of Object.values(recordedAnswers())) {
    for (const text of [answer.king, answer.challenger]) {
      expect(repetitionOf(commandOf(text) ?? "", answer.messages)).toBeNull();
    }
  }
});
