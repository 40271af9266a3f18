import { describe, expect, test } from "vitest";
import { judged, referenceOf, shareOf } from "../../../src/core/training/answers.ts";
import { actionLabel } from "../../../src/core/actions/spoken-label.ts";
import { trainingRow } from "../../support/training-set.ts";

const BASH = "THOUGHT: look.\n```bash\ncat other.py\n```";

describe("written answers", () => {
  test.each([
    ["another command of the same type", BASH, true, true],
    ["a command that writes", "THOUGHT: x\n```bash\nsed -i s/a/b/ f.py\n```", true, false],
    ["words alone", "I would read the file.", false, false],
    ["nothing", "", false, false],
  ])("%s", (_, text, isFormed, isSameAction) => {
    const told = judged(text, referenceOf(trainingRow(1) as Record<string, unknown>), "c");
    expect({ isFormed: told.isFormed, isSameAction: told.isSameAction }).toEqual({
      isFormed,
      isSameAction,
    });
    expect(told.reason === "").toBe(isFormed);
  });

  test("a gold label goes before what the reference does, and a spoken label before what is done", () => {
    const row = trainingRow(1, { metadata: { action_type: "repair" } }) as Record<string, unknown>;
    expect(referenceOf(row).action_type).toBe("repair");
    expect(judged(`ACTION: repair\n\n${BASH}`, referenceOf(row), "c").isSameAction).toBe(true);
    expect(judged(BASH, referenceOf(row), "c").isSameAction).toBe(false);
  });

  test("tools of a row ask for calls", () => {
    const tools = JSON.stringify([{ type: "function", function: { name: "sh", parameters: {} } }]);
    const row = trainingRow(1, { tools }) as Record<string, unknown>;
    expect(judged(BASH, referenceOf(row), "c").reason).not.toBe("no_block");
  });

  test("shares are paired, and no base is told as such", () => {
    const reference = referenceOf(trainingRow(1) as Record<string, unknown>);
    const good = Array.from({ length: 12 }, (_, at) => judged(BASH, reference, `c${at % 6}`));
    const bad = good.map((one) => ({ ...one, isFormed: false }));
    const told = shareOf(good, bad, ({ isFormed }) => isFormed);
    expect(told).toMatchObject({ answers: 12, share: 1, share_base: 0 });
    expect(told?.change.mean).toBe(1);
    expect(shareOf(good, [], ({ isFormed }) => isFormed)?.share_base).toBeNull();
    expect(shareOf([], [], ({ isFormed }) => isFormed)).toBeNull();
  });
});

test.each([
  ["ACTION: file_read\n\nx", "file_read"],
  ["  ACTION:retrieval", "retrieval"],
  ["ACTION: dance", null],
  ["the ACTION: file_read", null],
])("the label of %j is %s", (text, label) => {
  expect(actionLabel(text)).toBe(label);
});
