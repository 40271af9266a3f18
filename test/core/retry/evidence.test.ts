import { expect, test } from "vitest";
import type { Evidence, Weighed } from "../../../src/calls/decision.ts";
import {
  afterAnswer,
  closedWords,
  likeWords,
  noEvidence,
  weigh,
} from "../../../src/core/retry/evidence.ts";

const refused = (at: Evidence, item: string, message = "http_400: no"): Weighed =>
  weigh(at, { item, kind: "refused", message });

/** Weighs refusals in turn; gives the last. */
function inTurn(at: Evidence, ...items: readonly string[]): Weighed {
  let last: Weighed = { evidence: at, kind: "refused", suspect: false };
  for (const item of items) last = refused(last.evidence, item);
  return last;
}

test("before the first answer a refusal is not known to be the item's, however often it comes", () => {
  expect(inTurn(noEvidence, "a", "a", "a")).toMatchObject({ kind: "refused", suspect: false });
});

test("a third item in a row before the first answer makes the settings suspect", () => {
  const third = inTurn(noEvidence, "a", "b", "c");
  expect(third).toMatchObject({ kind: "refused", suspect: true });
  expect(closedWords(third.evidence, "http_400: no")).toBe(
    "3 items in a row were refused, the last one with http_400: no",
  );
});

test("before the first answer other words in a row are alike, afterwards only the same", () => {
  const two = refused(refused(noEvidence, "a", "x is wrong").evidence, "b", "y is odd");
  expect(refused(two.evidence, "c", "z").suspect).toBe(true);
  const answered = afterAnswer(noEvidence, "k");
  const apart = refused(refused(answered, "a", "x is wrong").evidence, "b", "y is odd");
  expect(refused(apart.evidence, "c", "z").suspect).toBe(false);
});

test("an item that is refused again while others are answered is refused for its own sake", () => {
  const first = refused(noEvidence, "bad");
  const answered = afterAnswer(first.evidence, "good");
  expect(refused(answered, "bad").kind).toBe("rejected");
});

test("the same words for a third item in a row are the settings' in the midst of a run as well", () => {
  const answered = afterAnswer(noEvidence, "good");
  expect(inTurn(answered, "a", "b", "c")).toMatchObject({ suspect: true });
});

test("words that were an item's own before need more of a row", () => {
  let at = afterAnswer(noEvidence, "good");
  for (const item of ["p", "q"]) at = afterAnswer(inTurn(at, item, item).evidence, "good");
  expect(at.owned.get("http_#: no")).toBe(2);
  expect(inTurn(at, "a", "b", "c", "d").suspect).toBe(false);
  expect(inTurn(at, "a", "b", "c", "d", "e").suspect).toBe(true);
});

test("what is plainly the settings' stays so among answers, and three in a row close", () => {
  const answered = afterAnswer(noEvidence, "good");
  const plain = (at: Evidence, item: string): Weighed =>
    weigh(at, { item, kind: "settings", message: `http_401: key ${item}` });
  const first = plain(answered, "a");
  expect(first).toMatchObject({ kind: "settings", suspect: false });
  expect(plain(plain(first.evidence, "b").evidence, "c")).toMatchObject({ suspect: true });
});

test("an answer ends the row, and forgets that the item was refused", () => {
  const two = inTurn(noEvidence, "a", "b");
  const answered = afterAnswer(two.evidence, "a");
  expect(answered).toMatchObject({ successes: 1, streak: { items: [] } });
  expect([...answered.refused.keys()]).toEqual(["b"]);
});

test.each([
  ["max is 4096 of `kimi`", "max is 8192 of `glm`"],
  ['request 0a1b2c3d4e5f failed for "x"', 'request ffffffff0001 failed for "y"'],
])("numbers, quoted names and ids do not tell two refusals apart: %s", (a, b) => {
  expect(likeWords(a)).toBe(likeWords(b));
});

const flagged = (at: Evidence, item: string, message = "http_400: content flagged"): Weighed =>
  weigh(at, { item, kind: "content", message });

test("plain words about the content are the item's own once the model has answered anybody", () => {
  const answered = afterAnswer(noEvidence, "good");
  expect(flagged(answered, "bad")).toMatchObject({ kind: "rejected", suspect: false });
});

test("the same words about the content for a third item, nobody answered, are the settings' or the server's", () => {
  const two = flagged(flagged(noEvidence, "a").evidence, "b");
  expect(two).toMatchObject({ kind: "refused", suspect: false });
  expect(flagged(two.evidence, "c")).toMatchObject({ kind: "refused", suspect: true });
  const others = flagged(two.evidence, "c", "http_400: violence found");
  expect(others).toMatchObject({ kind: "refused", suspect: false });
});

test("an item held for its content is rejected when it is refused again among answers", () => {
  const answered = afterAnswer(flagged(noEvidence, "bad").evidence, "good");
  expect(flagged(answered, "bad").kind).toBe("rejected");
});
