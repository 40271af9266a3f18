import fc from "fast-check";
import { expect, test } from "vitest";
import { bucketOf } from "../../../src/core/duel/bucket.ts";
import type { DuelRules } from "../../../src/core/duel/rules.ts";
import { itemsOf, openTurn, withOutcome, type Turn } from "../../../src/core/duel/turn.ts";
import { seededRng } from "../../../src/core/random.ts";
import type { Answer } from "../../../src/records/answer.ts";
import { METRICS } from "../../../src/records/score.ts";
import { replyOf } from "../../support/chat.ts";

const GOOD = (command: string): string => `THOUGHT: x.\n\n\`\`\`bash\n${command}\n\`\`\``;
const ANSWER: Answer = {
  instance_id: "a",
  king: GOOD("ls"),
  challenger: GOOD("cat x"),
  assistant: "",
  messages: [{ role: "user", content: "task" }],
};

function rulesOf(over: Partial<DuelRules>): DuelRules {
  return {
    mode: 2,
    panel: ["a", "b", "c", "d", "e"].map((model) => ({ model, provider: "p", thinking: false })),
    panelMode: "full",
    orders: "both",
    quorum: 2,
    attempts: 2,
    temperature: 0,
    max_tokens: 100,
    thinking_max_tokens: 100,
    bucket: { by: "score", final_min: 80, defeat_max: 66 },
    min_decisive: 3,
    config_hash: "h",
    prompt_version: "judge-1",
    rng: (purpose) => seededRng(1, purpose),
    ...over,
  };
}

/** What each judge says in each order: five votes, or null for a reply that cannot be read. */
type Opinions = Readonly<Record<string, readonly (readonly number[] | null)[]>>;

/** The turn after everybody who is to be asked was asked; `calls` counts them. */
function judged(rules: DuelRules, opinions: Opinions): { turn: Turn; calls: number } {
  let turn = openTurn(
    {
      file: "t.json",
      answer: ANSWER,
      previous: null,
      style: "",
      force: false,
      retry: false,
      rejudge: null,
      reparse: false,
    },
    rules,
  );
  let calls = 0;
  for (
    let items = itemsOf(turn, rules, new Set());
    items.length > 0;
    items = itemsOf(turn, rules, new Set())
  ) {
    for (const item of items) {
      calls++;
      const seat = item.request.tag.order === "king_first" ? 0 : 1;
      const votes = opinions[item.request.model]?.[seat] ?? null;
      const content =
        votes === null
          ? "?"
          : JSON.stringify(Object.fromEntries(METRICS.map((metric, at) => [metric, votes[at]])));
      turn = withOutcome(turn, item, { ok: true, reply: replyOf(content) }, "now", rules);
    }
  }
  return { turn, calls };
}

const vote = fc.constantFrom(0, 0, 1, 2);
const verdict = fc.option(fc.array(vote, { minLength: 5, maxLength: 5 }), { freq: 8 });
const opinions = fc.record(
  Object.fromEntries(["a", "b", "c", "d", "e"].map((model) => [model, fc.tuple(verdict, verdict)])),
);
const settings = fc.record({
  quorum: fc.integer({ min: 1, max: 5 }),
  orders: fc.constantFrom("both" as const, "fixed" as const, "random" as const),
  min_decisive: fc.constantFrom(1, 3, 12),
  bucket: fc.record({
    by: fc.constantFrom("score" as const, "decisive" as const),
    final_min: fc.constantFrom(50, 60, 80, 100),
    defeat_max: fc.constantFrom(0, 20, 50),
  }),
});

test("a lazy panel puts every turn into the bucket of the full panel, and asks no more often", () => {
  let saved = 0;
  fc.assert(
    fc.property(settings, opinions, (over, said) => {
      const full = judged(rulesOf(over), said);
      const lazy = judged(rulesOf({ ...over, panelMode: "lazy" }), said);
      expect(bucketOf(lazy.turn.score, over.bucket)?.bucket).toBe(
        bucketOf(full.turn.score, over.bucket)?.bucket,
      );
      expect(lazy.turn.score.pending).toBe(0);
      expect(lazy.calls).toBeLessThanOrEqual(full.calls);
      saved += full.calls - lazy.calls;
    }),
    { numRuns: 400, seed: 5 },
  );
  expect(saved).toBeGreaterThan(0);
});

test("judges that agree leave the others unasked, and the file says whom", () => {
  const all = (value: number): readonly number[] => [value, value, value, value, value];
  // King first: 2 is the challenger. Two judges that give all to the king settle a panel of three.
  const rules = rulesOf({ panelMode: "lazy", panel: rulesOf({}).panel.slice(0, 3) });
  const lost = { a: [all(1), all(2)], b: [all(1), all(2)], c: [all(2), all(1)] };
  const { turn, calls } = judged(rules, lost);
  expect(calls).toBe(4);
  expect(turn.score).toMatchObject({ score: 0, not_asked: ["c"], pending: 0 });
});

test("unread votes never count, whatever else was said", () => {
  fc.assert(
    fc.property(opinions, (said) => {
      const { turn } = judged(rulesOf({}), said);
      const whole = Object.entries(said).filter(([, seats]) =>
        seats.every((seat) => seat !== null),
      );
      expect(turn.score.parsed).toBe(whole.length >= 2);
      if (!turn.score.parsed) return;
      const alone = judged(
        rulesOf({
          panel: rulesOf({}).panel.filter(({ model }) => whole.some(([name]) => name === model)),
        }),
        said,
      );
      expect(turn.score.score).toBe(alone.turn.score.score);
      expect(turn.score.metrics).toEqual(alone.turn.score.metrics);
    }),
    { numRuns: 200, seed: 6 },
  );
});
