/** Events that are alike are read in one go, and say what they say one by one. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { runOf, shapeOf, spokenBy } from "../../../src/io/chat/stream-repeats.ts";
import { STREAMS, hear } from "../../../src/io/chat/stream.ts";

const event = (delta: object, more: object = {}): string =>
  JSON.stringify({ id: "c1", ...more, choices: [{ index: 0, delta, finish_reason: null }] });

const BREAKS = ["\n", "\r\n"];
const HEADS = ["data: ", "data:", "event: chunk\ndata: ", ": ping\n\ndata: "];

/** As it was read before there were runs: every payload parsed by itself. */
function spelled(payloads: readonly string[], field: string): string {
  return payloads
    .map((payload) => {
      const { choices } = JSON.parse(payload) as { choices: { delta: Record<string, string> }[] };
      return choices[0]?.delta[field] ?? "";
    })
    .join("");
}

test("a stream of any texts, shapes and line ends says what its events say one by one", () => {
  const piece = fc.oneof(
    fc.constantFrom(
      "",
      "a",
      'say "x"',
      "\\",
      "\\\\",
      'ends in \\"',
      "\n",
      "\ud83d",
      "\ude00",
      "雪",
      "data: ",
    ),
    fc.string({ unit: "binary" }),
  );
  const shape = fc.constantFrom("content", "content", "content", "reasoning_content");
  const one = fc.tuple(shape, piece, fc.constantFrom(0, 0, 0, 0, 7));
  fc.assert(
    fc.property(
      fc.array(one, { maxLength: 60 }),
      fc.constantFrom(...BREAKS),
      fc.constantFrom(...HEADS),
      (said, eol, head) => {
        const payloads = said.map(([name, text, padding]) =>
          event({ [name]: text }, padding === 0 ? {} : { padding: text.length }),
        );
        const end = `data: [DONE]${eol}${eol}`;
        const text = payloads
          .map((one) => `${head.replaceAll("\n", eol)}${one}${eol}${eol}`)
          .join("");
        const { body, isWhole } = hear(text + end, STREAMS.chat());
        const [choice] = (body as { choices: { message: Record<string, unknown> }[] }).choices;
        expect(isWhole).toBe(true);
        expect(choice?.message["content"]).toBe(spelled(payloads, "content"));
        expect(choice?.message["reasoning_content"] ?? "").toBe(
          spelled(payloads, "reasoning_content"),
        );
      },
    ),
    { numRuns: 300 },
  );
});

test("a run takes the events that are followed by one like them, and leaves the last to itself", () => {
  const [first = "", ...others] = ["a", "b", "c", "d"].map((content) => event({ content }));
  const shape = shapeOf(first, "content", "a");
  if (shape === null) throw new Error("the event has no shape");
  const text = `data: ${[first, ...others].join("\n\ndata: ")}\n\ndata: [DONE]\n\n`;
  const ended = "data: ".length + first.length;
  const run = runOf(shape, text, ended, "\n\ndata: ");
  expect(run.said).toBe("bc");
  expect(text.slice(run.ended)).toBe(`\n\ndata: ${others.at(-1)}\n\ndata: [DONE]\n\n`);
});

test.each([
  ["a joint behind a backslash", "a\\"],
  ["a quote of its own", 'a"'],
  ["an escape that is none", "\\x"],
])("a run takes nothing where %s stands in it", (_what, raw) => {
  const first = event({ content: "a" });
  const shape = shapeOf(first, "content", "a");
  if (shape === null) throw new Error("the event has no shape");
  const broken = shape.before + raw + shape.behind;
  const text = `data: ${[first, broken, first, first].join("\n\ndata: ")}\n\n`;
  const ended = "data: ".length + first.length;
  expect(runOf(shape, text, ended, "\n\ndata: ")).toEqual({ said: "", ended });
  expect(spokenBy(shape, shape.before + raw + shape.behind)).toBeNull();
});

test("an event whose text stands in two fields has no shape", () => {
  const data = `{"content":"a","choices":[{"delta":{"content":"a"}}]}`;
  expect(shapeOf(data, "content", "a")).toBeNull();
});
