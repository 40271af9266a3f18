import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { checkForm, commandOf, MALFORMED_REASONS } from "../../../src/core/turn/form.ts";
import { checkReply } from "../../../src/core/turn/protocol.ts";

const block = (command: string, language = "bash"): string =>
  `THOUGHT: look first.\n\n\`\`\`${language}\n${command}\n\`\`\``;

const LONG = "x".repeat(40_000);

test.each([
  ["a thought and one bash block", block("ls -la"), "ls -la"],
  ["the mini-swe-agent 2 language", block("ls", "mswea_bash_command"), "ls"],
  ["prose without the literal THOUGHT:", "Let me look.\n```bash\nls\n```", "ls"],
  ["a command without prose", "```bash\nls\n```", "ls"],
  ["text behind the block", `${block("ls")}\nThat should do.`, "ls"],
  [
    "a heredoc with quotes",
    block("cat > a.py <<'EOF'\nprint(\"it's\")\nEOF"),
    "cat > a.py <<'EOF'\nprint(\"it's\")\nEOF",
  ],
  ["CRLF line ends", "Look.\r\n```bash\r\nls\r\n```\r\n", "ls"],
  ["an indented fence", "Look.\n  ```bash\n  ls\n  ```", "ls"],
  [
    "a thinking trace in front",
    `<think>\nI could \`\`\`bash\nrm\n\`\`\`\n</think>\n${block("ls")}`,
    "ls",
  ],
  ["a trace with the closing tag alone", `Hmm, maybe ls.\n</think>\n${block("ls")}`, "ls"],
  [
    "a trace that quotes its own tag",
    `<think>the tag </think> ends me</think>${block("ls")}`,
    "ls",
  ],
  [
    "a command that searches for the closing tag",
    block("grep -rn '</think>' src"),
    "grep -rn '</think>' src",
  ],
  [
    "harmony's final channel",
    `<|channel|>analysis<|message|>Maybe ls.<|end|><|start|>assistant<|channel|>final<|message|>${block("ls")}<|return|>`,
    "ls",
  ],
  ["a wrapper of <answer>", `<think>hm</think><answer>${block("ls")}</answer>`, "ls"],
  [
    "a command about a template's tokens",
    block("grep -rn '<|im_end|>' tokenizer.py").replace("look", "look for `<|im_end|>`"),
    "grep -rn '<|im_end|>' tokenizer.py",
  ],
  [
    "prose that speaks of a tag",
    block("grep -rn think src").replace("look first", "the parser strips <think> tags"),
    "grep -rn think src",
  ],
  ["an assignment alone", block("X=1"), "X=1"],
])("an answer with %s is well formed", (_name, content, command) => {
  expect(checkForm(content)).toMatchObject({ ok: true, command });
});

test.each([
  ["empty", "", "there was no answer"],
  ["empty", "  \n ", "there was no answer"],
  ["empty", "<think>I never stop", "there was no answer"],
  ["empty", "<think>all of it</think>", "there was no answer"],
  [
    "tool_call_tokens",
    "<|tool_calls_section_begin|><|tool_call_begin|>functions.bash:0<|tool_call_argument_begin|>{}",
    "tool-call tokens (<|tool_calls_section_begin|>)",
  ],
  ["tool_call_tokens", "Prose first. <|tool_call_section_begin|>", "tool-call tokens"],
  ["tool_call_tokens", "x <|tool_call_begin|>", "tool-call tokens"],
  ["tool_call_tokens", "x <| tool_call_argument_begin |>", "tool-call tokens"],
  ["tool_call_tokens", "x < |tool_calls_section_begin| >", "tool-call tokens"],
  ["tool_call_tokens", `bash:0<|tool_call_argument_begin|>{"command": "ls"}`, "tool-call tokens"],
  ["tool_call_tokens", `bash:0<|x|>{"command": "ls"}`, "tool-call tokens (bash:0<|)"],
  ["tool_call_tokens", `functions.bash:12 {"command": "ls"}`, "tool-call tokens"],
  ["tool_call_tokens", "<\uFF5Ctool\u2581calls\u2581begin\uFF5C>", "tool-call tokens"],
  ["template_tokens", `${block("ls")}<|im_end|>`, "tokens of a chat template (<|im_end|>)"],
  ["template_tokens", `[INST]x[/INST]${block("ls")}`, "tokens of a chat template ([INST])"],
  ["template_tokens", `<|turn>model\n${block("ls")}`, "tokens of a chat template (<|turn>)"],
  ["template_tokens", `${block("ls")}\n<\uFF5Cend\u2581of\u2581sentence\uFF5C>`, "chat template"],
  ["empty", "<|channel|>analysis<|message|>We list the files.", "there was no answer"],
  ["no_block", "I would run ls.", "there was no fenced code block"],
  ["no_block", "THOUGHT: x ```bash ls ```", "there was no fenced code block"],
  ["several_blocks", `${block("ls")}\n${block("pwd")}`, "there were 2 code blocks"],
  ["several_blocks", `${block("ls")}\n\`\`\`python\nx\n\`\`\``, "there were 2 code blocks"],
  ["unclosed_fence", "Look.\n```bash\nls", "a code block was not closed"],
  ["not_bash", block("print(1)", "python"), 'the code block was marked "python"'],
  ["not_bash", "Look.\n```\nls\n```", 'the code block was marked ""'],
  ["empty_command", "Look.\n```bash\n\n```", "the code block holds no command"],
  ["empty_command", "Look.\n```bash\n# nothing\n```", "the code block holds no command"],
  ["command_too_long", block(`echo ${LONG}`), "characters; at most 32,768 are read"],
  ["shell_syntax", block("echo 'open"), "the command does not parse: "],
  ["shell_syntax", block("ls ;;"), "the command does not parse: "],
  ["shell_syntax", block("if true; then ls"), "the command does not parse: "],
])("a reply is %s when it is %j", (reason, content, detail) => {
  const form = checkForm(content);
  expect(form).toMatchObject({
    ok: false,
    reason,
    detail: expect.stringContaining(detail) as string,
  });
});

test.each([
  ["cut_off", "length", "it ended at the token limit"],
  ["cut_off", "MAX_TOKENS", "it ended at the token limit"],
  ["not_ended", "network_error", "it broke off with a fault of the provider"],
  ["not_ended", "halted", 'it ended with "halted", which is not known to be an end'],
  ["withheld", "content_filter", "it was withheld by the provider"],
])("a well-formed reply is %s when it ended with %s", (reason, finish_reason, detail) => {
  expect(checkReply({ content: block("ls"), finish_reason }, {})).toMatchObject({
    ok: false,
    reason,
    detail: expect.stringContaining(detail) as string,
    text: block("ls"),
  });
});

test("a well-formed reply that ended well, or whose end was not told, is an answer", () => {
  for (const finish_reason of ["stop", "end_turn", "EOS", null]) {
    expect(checkReply({ content: block("ls"), finish_reason }, {})).toMatchObject({ ok: true });
  }
});

test("every reason has a case above", () => {
  const source = ["form.test.ts", "tool-form.test.ts"]
    .map((name) => readFileSync(`test/core/turn/${name}`, "utf8"))
    .join("\n");
  for (const reason of MALFORMED_REASONS) expect(source).toContain(`"${reason}",`);
});

test("the check is total over any text", () => {
  const pieces = fc.constantFrom(
    "```",
    "```bash",
    "\n",
    "<think>",
    "</think>",
    "<|",
    "|>",
    "tool_call_begin",
    "ls",
    "'",
    "$(",
    "\0",
    "\uD800",
  );
  fc.assert(
    fc.property(
      fc.array(fc.oneof(pieces, fc.string({ unit: "binary" })), { maxLength: 40 }),
      (parts) => {
        const form = checkForm(parts.join(""));
        expect(typeof form.ok).toBe("boolean");
      },
    ),
    { numRuns: 300 },
  );
});

test("commandOf reads a turn's first bash block leniently", () => {
  expect(commandOf("```python\nx\n```\n```bash\nls\n```")).toBe("ls");
  expect(commandOf("Look.\n```bash\nls -la")).toBe("ls -la");
  expect(commandOf("no block")).toBeNull();
});

test("at most 1 in 50 real single-block turns breaks the form, none for the shell", () => {
  const rows = readFileSync("test/fixtures/real/trajectories.jsonl", "utf8").trim().split("\n");
  const turns = rows
    .map(
      (row) =>
        JSON.parse(row) as {
          trajectory_format: string;
          messages: { role: string; content: string }[];
        },
    )
    .filter((row) => row.trajectory_format === "mini-swe-agent-1")
    .flatMap((row) => row.messages.filter((message) => message.role === "assistant"));
  const forms = turns.map((turn) => checkForm(turn.content));
  const broken = forms.filter((form) => !form.ok);
  expect(turns.length).toBeGreaterThan(40);
  expect(broken.filter((form) => form.reason === "shell_syntax")).toEqual([]);
  expect(broken.length).toBeLessThanOrEqual(turns.length / 50);
});
