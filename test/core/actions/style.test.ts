import { expect, test } from "vitest";
import { actionStyle } from "../../../src/core/actions/style.ts";

const turn = (command: string, info = "bash"): string =>
  `THOUGHT: look\n\n\`\`\`${info}\n${command}\n\`\`\``;

test.each([
  ["a search", turn("grep -rn foo src"), "retrieval"],
  ["a command after cd", turn("cd /testbed && python -m pytest -q"), "verifier"],
  ["a wrapped command", turn("timeout 60 /usr/bin/make test"), "verifier"],
  ["the v2 fence", turn("sed -n 1,5p a.py", "mswea_bash_command"), "file_read"],
  ["an unclosed fence", "```bash\nls", "retrieval"],
  ["no block", "I think we are done.", "no command"],
  ["a block that is no shell", turn("if ("), "tool_call"],
  ["CRLF", turn("touch a").replaceAll("\n", "\r\n"), "file_write"],
])("the action style of %s is its action type", (_, content, style) => {
  expect(actionStyle(content)).toBe(style);
});
