import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  challengerView,
  readVerdict,
  UNREAD_REASONS,
  type Votes,
} from "../../../src/core/duel/verdict.ts";
import { METRICS } from "../../../src/records/score.ts";
import { RECORDED_REPLIES } from "../../support/duel.ts";

const VOTES: Votes = { correctness: 1, grounding: 0, progress: 2, protocol: 0, efficiency: 2 };
const PLAIN = JSON.stringify({ ...VOTES, reason: "because" });
const DRAFT = JSON.stringify({ ...VOTES, correctness: 2, reason: "draft" });

const read = (content: string, finish_reason: string | null = "stop") =>
  readVerdict({ content, finish_reason });

test.each([
  ["plain JSON", PLAIN],
  ["a code fence", `\`\`\`json\n${PLAIN}\n\`\`\``],
  ["prose on both sides", `Having read both {carefully}:\n${PLAIN}\nI hope this helps.`],
  ["a thinking trace", `<think>${DRAFT} no, rather</think>${PLAIN}`],
  [
    "a trace with only the closing tag and an unclosed draft",
    `{"correctness": 2, hm</think>\n${PLAIN}`,
  ],
  ["a trace with stray braces and quotes", `<think>} { "a { [[ {"x": "</think>${PLAIN}`],
  ["a draft before the last verdict", `${DRAFT}\nOn second thought:\n${PLAIN}`],
  ["an incomplete object after it that agrees", `${PLAIN}\n{"correctness": 1}`],
  ["capitalised keys", PLAIN.replace(/"(\w)/g, (_all, c: string) => `"${c.toUpperCase()}`)],
  ["numbers as strings", PLAIN.replace(/:([012])/g, ': "$1"')],
  [
    "words for seats and draws",
    '{"correctness":"Model 1","grounding":"TIE","progress":"model 2","protocol":"draw","efficiency":"MODEL_2","reason":"because"}',
  ],
  ["one level of nesting", `{"scores": ${JSON.stringify(VOTES)}, "reason": "because"}`],
  [
    "an object a metric",
    JSON.stringify({
      ...Object.fromEntries(METRICS.map((m) => [m, { winner: VOTES[m], note: "x" }])),
      reason: "because",
    }),
  ],
  [
    "the list form",
    JSON.stringify({
      scores: METRICS.map((metric) => ({ metric, winner: VOTES[metric] })),
      reason: "because",
    }),
  ],
  [
    "a list of single pairs",
    JSON.stringify({ verdict: METRICS.map((m) => ({ [m]: VOTES[m] })), reason: "because" }),
  ],
  ["a bare list of votes", '{"scores": [1, 0, 2, 0, 2], "reason": "because"}'],
  ["a trailing comma", PLAIN.replace("}", ",}")],
  ["single quotes", PLAIN.replaceAll('"', "'")],
  ["a raw line break in the reason", PLAIN.replace("because", "because\n")],
])("a verdict is read from %s", (_name, content) => {
  const verdict = read(content);
  expect(verdict).toMatchObject({ ok: true, votes: VOTES });
  expect(verdict.ok && verdict.reason.trim().toLowerCase()).toBe("because");
});

test("a verdict is read although its reason holds unescaped quotes", () => {
  const reason = '"reason":"Model 1 says "grep" and means it"}';
  expect(read(PLAIN.replace('"reason":"because"}', reason))).toMatchObject({
    ok: true,
    votes: VOTES,
    reason: 'Model 1 says "grep" and means it',
  });
});

test("a verdict is read although its reason quotes tags of a trace", () => {
  expect(read(PLAIN.replace("because", "leaks a </think> tag"))).toMatchObject({ ok: true });
  expect(read(PLAIN.replace("because", "begins with <think>"))).toMatchObject({ ok: true });
});

test.each([
  ["nothing at all", " \n", "empty", "the reply is empty"],
  ["prose", "Model 1 is better.", "no_verdict", "no verdict on the five metrics in the reply"],
  ["a trace that never ends", `<think>${PLAIN}`, "only_trace", "the thinking trace never ends"],
  ["a verdict in the trace alone", `${PLAIN}</think>I agree.`, "no_verdict", /no verdict/],
  [
    "a metric left out",
    PLAIN.replace('"protocol":0,', ""),
    "missing_metric",
    "protocol is missing",
  ],
  [
    "a vote out of range",
    PLAIN.replace('"progress":2', '"progress":3'),
    "unreadable_metric",
    "progress is 3",
  ],
  [
    "a negative vote",
    PLAIN.replace('"progress":2', '"progress":"-1"'),
    "unreadable_metric",
    'progress is "-1"',
  ],
  [
    "half a vote",
    PLAIN.replace('"progress":2', '"progress":0.5'),
    "unreadable_metric",
    "progress is 0.5",
  ],
  [
    "null",
    PLAIN.replace('"progress":2', '"progress":null'),
    "unreadable_metric",
    "progress is null",
  ],
  [
    "a name that is no candidate",
    PLAIN.replace('"progress":2', '"progress":"model 3"'),
    "unreadable_metric",
    'progress is "model 3"',
  ],
  [
    "one metric given twice",
    PLAIN.replace("{", '{"progress":1,'),
    "unreadable_metric",
    "progress is given twice, and not the same",
  ],
  ["an object cut short", PLAIN.slice(0, -20), "half_object", /begins and never closes/],
  [
    "a later object that says otherwise",
    `${PLAIN}\n{"correctness": 2}`,
    "two_verdicts",
    "it holds two verdicts that differ, and takes neither back",
  ],
  [
    "half an object behind the verdict",
    `${PLAIN}\n{"correctness": 2, "grou`,
    "half_object",
    "an object begins behind the verdict and never closes",
  ],
  [
    "a verdict that is taken back",
    `${PLAIN}\nScratch that.`,
    "taken_back",
    "the verdict is taken back and no other given",
  ],
  [
    "marks for each model",
    `MODEL 1: ${PLAIN}\nMODEL 2: ${PLAIN}`,
    "per_model",
    "it gives marks to each model instead of comparing them",
  ],
  [
    "closing words for the other one",
    `${PLAIN.replace(/:[012]/g, ":1")}\nOverall, MODEL 2 is better.`,
    "two_verdicts",
    "its closing words call the other candidate the better one",
  ],
  [
    "an apology",
    `I cannot judge this. ${PLAIN.replace(/:[012]/g, ":0")}`,
    "no_verdict",
    /cannot judge/,
  ],
  [
    "the votes of a candidate",
    "MODEL 1 said: correctness: 1, grounding: 1, progress: 1, protocol: 1, efficiency: 1",
    "no_verdict",
    "it quotes votes and gives none of its own",
  ],
])("a reply with %s is unread, with the reason", (_name, content, reason, detail) => {
  expect(read(content)).toEqual({
    ok: false,
    reason,
    detail: typeof detail === "string" ? detail : expect.stringMatching(detail),
  });
});

test("a reply that was cut off is unread even when a whole verdict stands in it", () => {
  expect(read(PLAIN, "length")).toEqual({
    ok: false,
    reason: "cut_off",
    detail: "the reply ended at the token limit",
  });
});

test.each([
  ["length", "cut_off", "the reply ended at the token limit"],
  ["error", "not_ended", 'the reply broke off with a fault of the provider ("error")'],
  ["banana", "not_ended", 'the reply ended with "banana", which is not known to be an end'],
  ["content_filter", "withheld", 'the reply was withheld by the provider ("content_filter")'],
])("a whole verdict that ended with %s is unread", (word, reason, detail) => {
  expect(read(PLAIN, word)).toEqual({ ok: false, reason, detail });
});

type JudgeCase = {
  readonly name: string;
  readonly content: string;
  readonly finish_reason: string | null;
  /** Five digits in the order of METRICS, "unread", or "W" for 12012; any of them is right. */
  readonly want: readonly string[];
};

const judgeCases = (name: string): JudgeCase[] =>
  readFileSync(new URL(`../../fixtures/judge/${name}.jsonl`, import.meta.url), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as JudgeCase);

test.each([
  ...judgeCases("sample"),
  ...judgeCases("own"),
  ...judgeCases("closing"),
  ...judgeCases("closing_more"),
  ...judgeCases("closing_third"),
  ...judgeCases("fresh"),
])(
  "of a judge's reply that is $name just that is read which stands there",
  ({ content, finish_reason, want }) => {
    const verdict = read(content, finish_reason);
    const got = verdict.ok ? METRICS.map((metric) => verdict.votes[metric]).join("") : "unread";
    expect(want.map((one) => (one === "W" ? "12012" : one))).toContain(got);
  },
);

test("every way of not being read has a case in this file", () => {
  const source = readFileSync(import.meta.filename, "utf8");
  for (const reason of UNREAD_REASONS) expect(source).toContain(`"${reason}"`);
});

test("of the recorded replies just those are unread that were spoilt on purpose", () => {
  const judges = RECORDED_REPLIES.filter((reply) => reply.role === "judge");
  const unread = judges.filter((reply) => !read(reply.raw, reply.finish_reason).ok);
  expect(judges).toHaveLength(148);
  expect(unread.map((reply) => reply.note)).toEqual(
    judges.flatMap((reply) => (typeof reply.note === "string" ? [reply.note] : [])),
  );
});

test("votes become the challenger's view by the seat it had", () => {
  expect(challengerView(VOTES, "king_first")).toEqual({
    correctness: 0,
    grounding: 0.5,
    progress: 1,
    protocol: 0.5,
    efficiency: 1,
  });
  expect(challengerView(VOTES, "challenger_first")).toEqual({
    correctness: 1,
    grounding: 0.5,
    progress: 0,
    protocol: 0.5,
    efficiency: 0,
  });
});

test("no text makes the reader throw", () => {
  const pieces = fc.constantFrom(
    "{",
    "}",
    "[",
    "]",
    '"',
    "'",
    ",",
    ":",
    "\\",
    "<think>",
    "</think>",
    "```",
    "\n",
    " ",
    "correctness",
    '"grounding": ',
    "1",
    "draw",
    "\u0000",
    "\ud800",
    PLAIN,
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: "binary" }),
        fc.array(pieces, { maxLength: 60 }).map((all) => all.join("")),
      ),
      (content) => {
        const verdict = read(content);
        if (verdict.ok)
          for (const metric of METRICS) expect([0, 1, 2]).toContain(verdict.votes[metric]);
      },
    ),
  );
});

test("a verdict rendered in any accepted form comes back the same", () => {
  const vote = fc.constantFrom(0, 1, 2);
  const votes = fc.record({
    correctness: vote,
    grounding: vote,
    progress: vote,
    protocol: vote,
    efficiency: vote,
  });
  const word = (value: number, style: number): unknown =>
    [
      value,
      String(value),
      value === 0 ? "draw" : `model ${value}`,
      value === 0 ? "Tie" : `MODEL ${value}`,
    ][style];
  const prose = fc.string().filter((text) => !/[{}[\]<"']/.test(text));
  fc.assert(
    fc.property(
      votes,
      fc.nat(3),
      fc.nat(2),
      fc.nat(3),
      fc.nat(3),
      fc.string(),
      prose,
      prose,
      fc.shuffledSubarray([...METRICS], { minLength: 5 }),
      (wanted, style, casing, shape, wrap, reason, before, after, order) => {
        const key = (metric: string): string =>
          [metric, metric.toUpperCase(), (metric[0] ?? "").toUpperCase() + metric.slice(1)][
            casing
          ] ?? metric;
        const entries = order.map(
          (metric) => [key(metric), word(wanted[metric as keyof typeof wanted], style)] as const,
        );
        const body = [
          { ...Object.fromEntries(entries), reason },
          { scores: Object.fromEntries(entries), reason },
          { reason, verdicts: entries.map(([metric, winner]) => ({ metric, winner })) },
          { reason, votes: entries.map(([metric, winner]) => ({ [metric]: winner })) },
        ][shape];
        const json = JSON.stringify(body, null, style);
        const content =
          [
            json,
            `${before}\n\`\`\`json\n${json}\n\`\`\`\n${after}`,
            `<think>${before} ${DRAFT} {"correctness": </think>${after}\n${json}`,
            `${before}${json}${after}`,
          ][wrap] ?? json;
        const verdict = read(content);
        expect(verdict).toMatchObject({ ok: true, votes: wanted });
      },
    ),
    { numRuns: 300 },
  );
});
