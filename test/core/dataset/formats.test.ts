/** Formats: what was written parses back to the same turns, and what has no place says why. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Example } from "../../../src/core/dataset/example.ts";
import { formatNamed, FORMATS } from "../../../src/core/dataset/format-names.ts";
import { readRow, takes, writeRow } from "../../../src/core/dataset/formats.ts";
import type { Message } from "../../../src/records/message.ts";

const content = fc
  .oneof(
    fc.string({ unit: "binary", maxLength: 40 }),
    fc.constantFrom(
      "",
      "\n",
      "\r\n",
      "a\u0000b",
      "```bash\nls\n```",
      "<|im_",
      "|>",
      '{"a": "b"}',
      "\u2028",
    ),
  )
  .filter((text) => !/<\|(im_start|im_end|endoftext)\|>/.test(text));

const turns = fc
  .tuple(fc.boolean(), fc.array(fc.tuple(content, content), { maxLength: 3 }), content)
  .map(([hasSystem, pairs, last]): Message[] => [
    ...(hasSystem ? [{ role: "system", content: "Be brief." }] : []),
    ...pairs.flatMap(([user, assistant]) => [
      { role: "user", content: user },
      { role: "assistant", content: assistant },
    ]),
    { role: "user", content: last },
  ]);

function exampleOf(
  format: (typeof FORMATS)[number],
  prompt: Message[],
  a: string,
  b: string,
): Example {
  const base = { prompt, group: "g", metadata: { instance_id: "i" } };
  return takes(format, "preference")
    ? { ...base, kind: "preference", chosen: a, rejected: b }
    : { ...base, kind: "sft", answer: a };
}

describe("every format", () => {
  test.each(FORMATS)("%s reads back the turns that were written, through JSON", (format) => {
    fc.assert(
      fc.property(turns, content, content, (prompt, a, b) => {
        const written = writeRow(exampleOf(format, prompt, a, b), format);
        if (!written.ok) throw new Error(written.reason);
        const row = JSON.parse(JSON.stringify(written.row)) as Record<string, unknown>;
        const back = readRow(row, format);
        const clean = (text: string): string => text.toWellFormed();
        expect(back?.prompt).toEqual(
          prompt.map((m) => ({ role: m.role, content: clean(m.content) })),
        );
        expect(back?.answers).toEqual((format === "preference" ? [a, b] : [a]).map(clean));
      }),
      { numRuns: 200, seed: 7 },
    );
  });

  test.each(FORMATS)("%s writes U+FFFD for a lone surrogate", (format) => {
    const written = writeRow(
      exampleOf(format, [{ role: "user", content: "a\ud800b" }], "x\udfff", "y"),
      format,
    );
    expect(JSON.stringify(written)).toContain("a\ufffdb");
    expect(JSON.stringify(written)).not.toMatch(/\\ud[89a-f]/i);
  });
});

const ask: Message[] = [
  { role: "system", content: "S" },
  { role: "user", content: "U1" },
  { role: "assistant", content: "A1" },
  { role: "user", content: "U2" },
];
const metadata = { instance_id: "i" };
const sft: Example = { kind: "sft", prompt: ask, answer: "A2", group: "g", metadata };

test.each([
  [
    "chatml",
    {
      text: "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nU1<|im_end|>\n<|im_start|>assistant\nA1<|im_end|>\n<|im_start|>user\nU2<|im_end|>\n<|im_start|>assistant\nA2<|im_end|>\n",
      metadata,
    },
  ],
  [
    "alpaca",
    { instruction: "U2", input: "", output: "A2", system: "S", history: [["U1", "A1"]], metadata },
  ],
  [
    "sharegpt",
    {
      conversations: [
        { from: "system", value: "S" },
        { from: "human", value: "U1" },
        { from: "gpt", value: "A1" },
        { from: "human", value: "U2" },
        { from: "gpt", value: "A2" },
      ],
      metadata,
    },
  ],
  ["openai", { messages: [...ask, { role: "assistant", content: "A2" }] }],
  [
    "prompt-completion",
    { prompt: ask, completion: [{ role: "assistant", content: "A2" }], metadata },
  ],
  [
    "kto",
    { prompt: ask, completion: [{ role: "assistant", content: "A2" }], label: true, metadata },
  ],
] as const)("%s has the columns that trainers document", (format, row) => {
  expect(writeRow(sft, format)).toEqual({ ok: true, row });
});

test("preference has prompt, chosen and rejected as conversations", () => {
  const pair: Example = { ...sft, kind: "preference", chosen: "good", rejected: "bad" } as Example;
  expect(writeRow(pair, "preference")).toEqual({
    ok: true,
    row: {
      prompt: ask,
      chosen: [{ role: "assistant", content: "good" }],
      rejected: [{ role: "assistant", content: "bad" }],
      metadata,
    },
  });
});

test("a negative example is a kto row with label false, and has a place nowhere else", () => {
  const negative: Example = { ...sft, kind: "negative" } as Example;
  expect(writeRow(negative, "kto")).toMatchObject({ row: { label: false } });
  expect(FORMATS.filter((format) => takes(format, "negative"))).toEqual(["kto"]);
});

const withTools: Message[] = [
  { role: "user", content: "U" },
  {
    role: "assistant",
    content: "",
    tool_calls: [{ id: "1", name: "bash", arguments: { command: "ls" } }],
  },
  { role: "tool", content: "out", tool_call_id: "1" },
];

test.each([
  ["special_token", "chatml", [{ role: "user", content: "say <|im_end|> now" }]],
  ["special_token", "chatml", [{ role: "user", content: "<|im_start|>system" }]],
  ["unknown_role", "openai", [{ role: "exit", content: "" }]],
  ["tool_calls", "chatml", withTools],
  ["tool_calls", "alpaca", withTools],
  [
    "not_alternating",
    "alpaca",
    [
      { role: "user", content: "a" },
      { role: "user", content: "b" },
    ],
  ],
  ["not_alternating", "alpaca", [{ role: "assistant", content: "a" }]],
] as const)("drops with %s in %s", (reason, format, prompt) => {
  const row = writeRow({ ...sft, prompt: [...prompt] }, format);
  expect(row).toEqual({ ok: false, reason });
});

const call = (given: unknown): object => ({
  id: "1",
  type: "function",
  function: { name: "bash", arguments: given },
});

test("openai has arguments as the text that the API takes, trainers get objects", () => {
  const rows = (["openai", "prompt-completion"] as const).map((format) =>
    writeRow({ ...sft, prompt: withTools, tools: TOOLS }, format),
  );
  const shown = (given: unknown): unknown[] => [
    { role: "user", content: "U" },
    { role: "assistant", content: "", tool_calls: [call(given)] },
    { role: "tool", content: "out", tool_call_id: "1" },
  ];
  const answer = { role: "assistant", content: "A2" };
  expect(rows).toEqual([
    { ok: true, row: { messages: [...shown('{"command":"ls"}'), answer], tools: TOOLS } },
    {
      ok: true,
      row: {
        prompt: shown({ command: "ls" }),
        completion: [answer],
        tools: TOOLS,
        metadata: sft.metadata,
      },
    },
  ]);
});

test.each(["openai", "prompt-completion", "preference", "kto", "sharegpt"] as const)(
  "%s reads back the calls of history and answers as they were",
  (format) => {
    const said = (id: string): Message => ({
      role: "assistant",
      content: "so",
      tool_calls: [
        { id, name: "bash", arguments: { command: "ls -la" } },
        { id: `${id}b`, name: "edit", arguments: "{broken" },
      ],
    });
    const base = { ...sft, prompt: withTools, tools: TOOLS };
    const example: Example =
      format === "preference"
        ? {
            ...base,
            kind: "preference",
            chosen: "so",
            rejected: "so",
            said: { chosen: said("c"), rejected: said("r") },
          }
        : { ...base, kind: "sft", answer: "so", said: { answer: said("c") } };
    const written = writeRow(example, format);
    if (!written.ok) throw new Error(written.reason);
    const back = readRow(JSON.parse(JSON.stringify(written.row)) as object as never, format);
    expect(back?.prompt.map(withoutType)).toEqual(withTools);
    expect(back?.said.map(withoutType)).toEqual(
      format === "preference" ? [said("c"), said("r")] : [said("c")],
    );
  },
);

test("sharegpt has calls as function_call, results as observation, the tools as one text", () => {
  const row = writeRow({ ...sft, prompt: withTools, tools: TOOLS }, "sharegpt");
  expect(row).toEqual({
    ok: true,
    row: {
      conversations: [
        { from: "human", value: "U" },
        {
          from: "function_call",
          value: '{"id":"1","name":"bash","arguments":{"command":"ls"}}',
        },
        { from: "observation", value: "out", tool_call_id: "1" },
        { from: "gpt", value: "A2" },
      ],
      tools: '[{"name":"bash","description":"","parameters":{"type":"object"}}]',
      metadata: sft.metadata,
    },
  });
});

test("a conversation whose call is no JSON is not read back", () => {
  const conversations = [{ from: "function_call", value: "{" }];
  expect(readRow({ conversations }, "sharegpt")).toBeNull();
});

const withoutType = (message: Message): Message => message;
const TOOLS = [{ type: "function", function: { name: "bash", parameters: { type: "object" } } }];

test.each([
  ["chatm", 'unknown format "chatm"', "did you mean --format chatml?"],
  ["shareGPT", 'unknown format "shareGPT"', "did you mean --format sharegpt?"],
  ["xyzzy-and-more", "known are chatml, alpaca", "name one of these with --format"],
])("format %s is an error that names what is known", (name, message, hint) => {
  expect(() => formatNamed(name)).toThrow(
    expect.objectContaining({ message: expect.stringContaining(message), hint }),
  );
});
