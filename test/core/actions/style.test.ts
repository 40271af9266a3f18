import { expect, test } from "vitest";
import { actionStyle } from "../../../src/core/actions/style.ts";

const turn = (command: string, info = "bash"): string =>
  `THOUGHT: look\n\n\`\`\`${info}\n${command}\n\`\`\``;

test.each([
  ["a search", turn("grep -rn foo src"), "grep"],
  ["a command after cd", turn("cd /testbed && python -m pytest -q"), "python"],
  ["a wrapped command", turn("timeout 60 /usr/bin/make test"), "make"],
  ["git with its verb", turn("git diff HEAD"), "git diff"],
  ["the v2 fence", turn("sed -n 1,5p a.py", "mswea_bash_command"), "sed"],
  ["an unclosed fence", "```bash\nls", "ls"],
  ["no block", "I think we are done.", "no command"],
  ["a block that is no shell", turn("if ("), "not shell"],
  ["an empty block", turn(""), "no command"],
  ["only cd", turn("cd src"), "cd"],
  ["CRLF", turn("ls -l").replaceAll("\n", "\r\n"), "ls"],
])("the action style of %s is its main program", (_, content, style) => {
  expect(actionStyle(content)).toBe(style);
});
