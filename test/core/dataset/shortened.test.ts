/** Histories made shorter: whole steps from the middle, marked, calls and results kept together. */
import { expect, test } from "vitest";
import { estimateTokens } from "../../../src/core/dataset/tokens.ts";
import type { Example } from "../../../src/core/dataset/example.ts";
import { historyWanted, shortened } from "../../../src/core/dataset/shortened.ts";
import type { Message } from "../../../src/records/message.ts";

const step = (n: number): Message[] => [
  {
    role: "assistant",
    content: `step ${n}`,
    tool_calls: [{ id: `c${n}`, name: "read", arguments: { file: `f${n}` } }],
  },
  { role: "tool", content: `result ${n}`, tool_call_id: `c${n}` },
];
const HEAD: Message[] = [
  { role: "system", content: "You repair." },
  { role: "user", content: "The task." },
];
const of = (...prompt: Message[]): Example => ({
  kind: "sft",
  prompt,
  answer: "done",
  group: "g",
  metadata: { instance_id: "i" },
});
const LONG = of(...HEAD, ...step(1), ...step(2), ...step(3), ...step(4));
const last = (example: Example, n: number) => shortened(example, { last: n }, null, () => 0);
const contents = ({ prompt }: Example): string[] => prompt.map(({ content }) => content);

test("the opening and the last steps stay, and the mark says how many were left out", () => {
  const short = last(LONG, 2);
  expect(contents(short)).toEqual([
    "You repair.",
    "The task.\n\n[... 2 steps left out]",
    "step 3",
    "result 3",
    "step 4",
    "result 4",
  ]);
  expect(short.metadata).toEqual({ instance_id: "i", steps_left_out: 2 });
  // The history that other rows hold is as it was.
  expect(contents(LONG)[1]).toBe("The task.");
  expect(contents(last(LONG, 3))[1]).toContain("[... 1 step left out]");
});

test("a history that is short enough stays, and says that nothing was left out", () => {
  expect(last(LONG, 4)).toEqual({ ...LONG, metadata: { instance_id: "i", steps_left_out: 0 } });
});

test("without a user's word the mark is one of its own", () => {
  const [system] = HEAD;
  const short = last(of(...(system ? [system] : []), ...step(1), ...step(2)), 1);
  expect(short.prompt.map(({ role }) => role)).toEqual(["system", "user", "assistant", "tool"]);
});

test("a result never stands without its call: the step that it answers is left out with it", () => {
  const [one, resultOne] = step(1);
  const [two, resultTwo] = step(2);
  if (!one || !resultOne || !two || !resultTwo) throw new Error("no steps");
  // The first call is answered behind the second.
  const late = of(...HEAD, one, two, resultOne, resultTwo, ...step(3));
  expect(contents(last(late, 2))).toEqual([
    "You repair.",
    "The task.\n\n[... 2 steps left out]",
    "step 3",
    "result 3",
  ]);
});

test("the builder's question behind the last step stays", () => {
  const asked = of(...HEAD, ...step(1), ...step(2), { role: "user", content: "What next?" });
  expect(contents(last(asked, 1)).at(-1)).toBe("What next?");
});

test("fit keeps as many steps as the limit has room for, and never touches the answer", () => {
  const lengthOf = (example: Example): number => estimateTokens(example).length;
  for (let limit = 60; limit <= lengthOf(LONG) + 10; limit++) {
    const short = shortened(LONG, "fit", limit, lengthOf);
    const left = Number(short.metadata["steps_left_out"]);
    if (left === 0) {
      expect([lengthOf(LONG) <= limit, lengthOf(last(LONG, 1)) > limit]).toContain(true);
      continue;
    }
    expect(lengthOf(short)).toBeLessThanOrEqual(limit);
    // One step more would be too long.
    expect(lengthOf(last(LONG, 4 - left + 1))).toBeGreaterThan(limit);
    expect(short).toMatchObject({ answer: "done" });
  }
});

test.each([
  ["last:0", null, '--history is "last:0"; expected last:N (the last N steps) or fit'],
  ["short", 100, '--history is "short"; expected last:N (the last N steps) or fit'],
  ["fit", null, "--history fit has no limit to fit into"],
])("--history %s with a limit of %s is told what is wrong", (given, limit, message) => {
  expect(() => historyWanted(given, limit)).toThrow(message);
});

test("what --history takes", () => {
  expect(historyWanted("last:12", null)).toEqual({ last: 12 });
  expect(historyWanted("fit", 8192)).toBe("fit");
});
