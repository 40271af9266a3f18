/** Formats: what was written parses back to the same turns, and what has no place says why. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Example } from "../../../src/core/dataset/example.ts";
import { formatNamed, FORMATS, trainerNamed } from "../../../src/core/dataset/format-names.ts";
import { takes, writeRow } from "../../../src/core/dataset/formats.ts";
import { readRow } from "../../../src/core/dataset/read-row.ts";
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
  const base = { prompt, group: "g", metadata: { instance_id: "i" }, privileged: "the patch" };
  if (format === "preference") return { ...base, kind: "preference", chosen: a, rejected: b };
  if (format === "stepwise") {
    const steps = [a, b].map((text) => ({ text, label: true, reward: 1 }));
    return { ...base, kind: "stepwise", steps };
  }
  return { ...base, kind: "sft", answer: a };
}

/** What an answer column holds of two answers. */
const answersIn = (format: (typeof FORMATS)[number], a: string, b: string): string[] =>
  format === "preference" || format === "stepwise" ? [a, b] : [a];

/** Weights say what is learned, which is looked at on its own. */
const withoutWeight = ({ weight: _weight, ...message }: Message): Message => message;

describe("every format", () => {
  test.each(FORMATS)("%s reads back the turns that were written, through JSON", (format) => {
    fc.assert(
      fc.property(turns, content, content, (prompt, a, b) => {
        const written = writeRow(exampleOf(format, prompt, a, b), format);
        if (!written.ok) throw new Error(written.reason);
        const row = JSON.parse(JSON.stringify(written.row)) as Record<string, unknown>;
        const back = readRow(row, format);
        const clean = (text: string): string => text.toWellFormed();
        const asked = prompt.map((m) => ({ role: m.role, content: clean(m.content) }));
        expect(back?.prompt.map(withoutWeight)).toEqual(
          format === "stepwise"
            ? [{ role: "user", content: asked.map((m) => m.content).join("\n\n") }]
            : asked,
        );
        expect(back?.answers).toEqual(answersIn(format, a, b).map(clean));
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
      text: "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nU1<|im_end|>\n<|im_start|>assistant\nA1<|im_end|>\n<|im_start|>user\nU2<|im_end|>\n<|im_start|>assistant\nA2<|im_end|>",
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
  [
    "openai",
    {
      messages: [
        ...ask.map((m) => (m.role === "assistant" ? { ...m, weight: 0 } : m)),
        { role: "assistant", content: "A2", weight: 1 },
      ],
    },
  ],
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
  ["not_alternating", "alpaca", [{ role: "assistant", content: "a" }]],
  ["nothing_privileged", "privileged", [{ role: "user", content: "a" }]],
] as const)("drops with %s in %s", (reason, format, prompt) => {
  const row = writeRow({ ...sft, prompt: [...prompt] }, format);
  expect(row).toEqual({ ok: false, reason });
});

test.each(["sharegpt", "preference", "kto"] as const)(
  "for LLaMA-Factory %s drops what it would drop, with a reason: turns that do not alternate",
  (format) => {
    const prompt = [{ role: "assistant", content: "a" }];
    const row = writeRow(exampleOf(format, prompt, "b", "c"), format, { trainer: "llamafactory" });
    expect(row).toEqual({ ok: false, reason: "not_alternating" });
    expect(writeRow(exampleOf(format, prompt, "b", "c"), format).ok).toBe(true);
  },
);

test("a developer's words are the system's: templates of open models know no such role", () => {
  const prompt = [
    { role: "system", content: "S" },
    { role: "developer", content: "D" },
    { role: "user", content: "U" },
  ];
  expect(writeRow({ ...sft, prompt }, "prompt-completion")).toMatchObject({
    row: {
      prompt: [
        { role: "system", content: "S\n\nD" },
        { role: "user", content: "U" },
      ],
    },
  });
});

const call = {
  id: "1",
  type: "function",
  function: { name: "bash", arguments: '{"command":"ls"}' },
};
const shown = [
  { role: "user", content: "U" },
  { role: "assistant", content: "", tool_calls: [call] },
  { role: "tool", content: "out", tool_call_id: "1", name: "bash" },
];

test("calls are structs whose arguments are text: a type that does not depend on the tool", () => {
  const answer = { role: "assistant", content: "A2" };
  const example = { ...sft, prompt: withTools, tools: TOOLS };
  expect(writeRow(example, "openai")).toEqual({
    ok: true,
    row: {
      messages: [
        ...shown.map((m) => (m.role === "assistant" ? { ...m, weight: 0 } : m)),
        { ...answer, weight: 1 },
      ],
      tools: TOOLS,
    },
  });
  expect(writeRow(example, "prompt-completion")).toEqual({
    ok: true,
    row: { prompt: shown, completion: [answer], tools: JSON.stringify(TOOLS), metadata },
  });
});

test("a row with calls whose source names no tools has them as far as the calls show them", () => {
  const written = writeRow({ ...sft, prompt: withTools }, "kto");
  if (!written.ok) throw new Error(written.reason);
  expect(JSON.parse(String(written.row["tools"]))).toMatchObject([
    { function: { name: "bash", parameters: { properties: { command: {} } } } },
  ]);
});

const called = (id: string): Message[] => [
  { role: "user", content: "U" },
  {
    role: "assistant",
    content: "",
    tool_calls: [{ id, name: "bash", arguments: { command: "ls" } }],
  },
  { role: "tool", content: "out", tool_call_id: id, name: "bash" },
];

test.each(
  (["openai", "prompt-completion", "preference", "kto"] as const).flatMap((format) => [
    { format, trainer: null, ids: ["1", "c", "cb", "r", "rb"] },
    {
      format,
      trainer: "trl" as const,
      ids: ["call00001", "call00002", "call00003", "call00002", "call00003"],
    },
  ]),
)(
  "$format for $trainer reads back the calls of history and answers, for a trainer under ids that templates take",
  ({ format, trainer, ids }) => {
    const [first = "", ...own] = ids;
    const said = (...ids: string[]): Message => ({
      role: "assistant",
      content: "so",
      tool_calls: [
        { id: ids[0] ?? "", name: "bash", arguments: { command: "ls -la" } },
        { id: ids[1] ?? "", name: "edit", arguments: "{broken" },
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
            said: { chosen: said("c", "cb"), rejected: said("r", "rb") },
          }
        : { ...base, kind: "sft", answer: "so", said: { answer: said("c", "cb") } };
    const written = writeRow(example, format, { trainer });
    if (!written.ok) throw new Error(written.reason);
    const back = readRow(JSON.parse(JSON.stringify(written.row)) as object as never, format);
    expect(back?.prompt.map(withoutWeight)).toEqual(called(first));
    const answers = [said(...own.slice(0, 2)), said(...own.slice(2))];
    expect(back?.said.map(withoutWeight)).toEqual(
      format === "preference" ? answers : answers.slice(0, 1),
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
        { from: "function_call", value: '[{"name":"bash","arguments":{"command":"ls"}}]' },
        { from: "observation", value: "out" },
        { from: "gpt", value: "A2" },
      ],
      tools: '[{"name":"bash","description":"","parameters":{"type":"object"}}]',
      metadata: sft.metadata,
    },
  });
});

const PARALLEL: Message[] = [
  { role: "user", content: "U" },
  {
    role: "assistant",
    content: "I look.",
    reasoning: "hm",
    tool_calls: [
      { id: "a", name: "bash", arguments: { command: "ls" } },
      { id: "b", name: "bash", arguments: { command: "pwd" } },
    ],
  },
  { role: "tool", content: "two", tool_call_id: "b" },
  { role: "tool", content: "one", tool_call_id: "a" },
];

test("sharegpt has thought, words and calls of a turn in one value, and parallel results as one", () => {
  const written = writeRow({ ...sft, prompt: PARALLEL }, "sharegpt");
  if (!written.ok) throw new Error(written.reason);
  expect(written.row["conversations"]).toEqual([
    { from: "human", value: "U" },
    {
      from: "function_call",
      value:
        '<think>\nhm\n</think>\n\nI look.\n<tool_call>[{"name":"bash","arguments":{"command":"ls"}},{"name":"bash","arguments":{"command":"pwd"}}]</tool_call>',
    },
    { from: "observation", value: "one\n</tool_response>\n<tool_response>\ntwo" },
    { from: "gpt", value: "A2" },
  ]);
});

test.each(["chatml", "alpaca", "privileged", "stepwise"] as const)(
  "%s has no place for calls: they are text, and so are the results and the tools",
  (format) => {
    const step = { text: "A2", label: true, reward: 1 };
    const base = { ...sft, prompt: PARALLEL, tools: TOOLS, privileged: "the patch" };
    const example = format === "stepwise" ? { ...base, kind: format, steps: [step] } : base;
    const text = JSON.stringify(writeRow(example as Example, format));
    for (const part of ["You have these tools", "pwd", "[result of bash]", "one", "two"]) {
      expect(text).toContain(part);
    }
    expect(text).not.toMatch(/tool_calls|"role":"tool"/);
  },
);

test.each(FORMATS)("no two users stand in a row in %s, whatever the history", (format) => {
  const prompt: Message[] = [
    { role: "system", content: "S" },
    { role: "user", content: "U1" },
    { role: "user", content: "U2" },
    ...PARALLEL.slice(1),
    { role: "user", content: "and now?" },
    { role: "system", content: "late" },
  ];
  const written = writeRow(exampleOf(format, prompt, "a", "b"), format);
  if (!written.ok) throw new Error(written.reason);
  const roles = readRow(written.row, format)?.prompt.map(({ role }) => role) ?? [];
  expect(roles.length).toBeGreaterThan(0);
  expect(roles.join(" ")).not.toMatch(/user user|tool user|assistant assistant/);
  const text = JSON.stringify(written.row);
  for (const said of ["U1\\n\\nU2", "and now?", "late"]) expect(text).toContain(said);
});

test("a conversation whose call is no JSON is not read back", () => {
  const conversations = [{ from: "function_call", value: "{" }];
  expect(readRow({ conversations }, "sharegpt")).toBeNull();
});

const TOOLS = [{ type: "function", function: { name: "bash", parameters: { type: "object" } } }];

test.each([
  ["chatm", 'unknown format "chatm"', "did you mean --format chatml?"],
  ["shareGPT", 'unknown format "shareGPT"', "did you mean --format sharegpt?"],
  ["foo", 'unknown format "foo"; known are chatml, alpaca', "name one of these with --format"],
  ["ktp", 'unknown format "ktp"', "did you mean --format kto?"],
  ["xyzzy-and-more", "known are chatml, alpaca", "name one of these with --format"],
])("format %s is an error that names what is known", (name, message, hint) => {
  expect(() => formatNamed(name)).toThrow(
    expect.objectContaining({ message: expect.stringContaining(message), hint }),
  );
});

test("two trainers for one set are refused with the list of what is known", () => {
  expect(() => trainerNamed("axolotl,verl")).toThrow(
    expect.objectContaining({
      message:
        '--for takes one trainer, and "axolotl,verl" names several; known are trl, llamafactory, axolotl, verl, prime-rl, verifiers',
      hint: "name one; a set for another goes to a folder of its own: --output",
    }),
  );
});
