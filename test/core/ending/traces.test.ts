import fc from "fast-check";
import { expect, test } from "vitest";
import { cutTraces, opensTrace, templateToken } from "../../../src/core/ending/traces.ts";

const FAMILIES: readonly (readonly [string, string, string])[] = [
  ["think", "<think>", "</think>"],
  ["thinking", "<thinking>", "</thinking>"],
  ["thought", "<thought>", "</thought>"],
  ["reasoning", "<reasoning>", "</reasoning>"],
  ["seed", "<seed:think>", "</seed:think>"],
  ["kimi", "\u25C1think\u25B7", "\u25C1/think\u25B7"],
  ["magistral", "[THINK]", "[/THINK]"],
  [
    "harmony",
    "<|channel|>analysis<|message|>",
    "<|end|><|start|>assistant<|channel|>final<|message|>",
  ],
  ["gemma", "<|channel>thought\n", "<channel|>"],
  ["longcat", "<longcat_think>", "</longcat_think>"],
  ["command", "<|START_THINKING|>", "<|END_THINKING|><|START_RESPONSE|>"],
  ["bare harmony", "analysisWe ", "assistantfinal"],
];

test.each(FAMILIES)(
  "a trace of the %s family is cut, open or closed",
  (_name, opening, closing) => {
    expect(cutTraces(`${opening}first this${closing}the answer`)).toMatchObject({
      text: "the answer",
      open: false,
    });
    expect(cutTraces(`${opening}first this`)).toMatchObject({ text: "", open: true });
  },
);

test.each(FAMILIES.slice(0, 7))(
  "of the %s family the closing tag alone ends a trace",
  (_n, _o, closing) => {
    expect(cutTraces(`first this${closing}the answer`).text).toBe("the answer");
  },
);

test.each([
  ["<answer>", "<answer>x</answer>", "x"],
  ["<answer> that is not closed", "<answer>x", "x"],
  ["a box", "<|begin_of_box|>x<|end_of_box|>", "x"],
  ["a response", "<|START_RESPONSE|>x<|END_RESPONSE|>", "x"],
  ["harmony's end", "<|channel|>final<|message|>x<|return|>", "x<|return|>"],
])("an answer inside %s is unwrapped", (_name, content, text) => {
  expect(cutTraces(content).text.replace("<|return|>", "")).toBe(text.replace("<|return|>", ""));
});

test("what stands before a whole trace is kept, what stands before a closing tag alone is not", () => {
  expect(cutTraces("Okay.\n<think>hm</think>\nls").text).toBe("Okay.\n\nls");
  expect(cutTraces("hm</think>a</think>ls")).toMatchObject({
    text: "ls",
    trace: "hm</think>a</think>",
  });
});

test("a tag in the midst of a sentence, in backticks or in a block begins no trace", () => {
  for (const text of ["we strip <think> tags", "`<think>` is a tag", "```bash\n<think>\n```"]) {
    expect(cutTraces(text)).toEqual({ text, trace: "", open: false });
  }
  expect(opensTrace("we strip <think> tags")).toBe(true);
  expect(opensTrace("we strip `<think>` tags")).toBe(false);
});

test("what nobody sees before a tag hides no trace", () => {
  expect(cutTraces("\uFEFF\u200B<think>draft").open).toBe(true);
});

test.each([
  ["<|im_start|>", "x <|im_start|>"],
  ["<|start|>", "<|start|>assistant"],
  ["<end_of_turn>", "x<end_of_turn>"],
  ["[/INST]", "x [/INST]"],
  ["<|START_OF_TURN_TOKEN|>", "<|START_OF_TURN_TOKEN|>x"],
])("the token %s is found in an answer", (token, text) => {
  expect(templateToken(text)).toBe(token);
});

test.each([
  "plain",
  "a | b |> c",
  "<s>struck</s>",
  "`<|im_end|>`",
  "```\n<|im_end|>\n```",
  "x <|y|> z",
])("no token of a template is found in %j", (text) => {
  expect(templateToken(text)).toBeNull();
});

test("no text makes the cut throw or longer", () => {
  const pieces = fc.constantFrom(
    ...FAMILIES.flatMap(([, opening, closing]) => [opening, closing]),
    "```",
    "\n",
    "`",
    "<answer>",
    "x. ",
    "\uD800",
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => {
      const content = parts.join("");
      expect(cutTraces(content).text.length).toBeLessThanOrEqual(content.length);
    }),
  );
});
