/** What a person is told of what the door left out, masked or hid. */
import { expect, test } from "vitest";
import { doorNotes, type DoorSum } from "../../../src/core/sample/door-notes.ts";

const NOTHING: DoorSum = {
  reasoning: 0,
  reasoningTurns: 0,
  found: {},
  homePaths: 0,
  homeTurns: 0,
  futures: 0,
  turns: 5,
};

const notes = (sum: Partial<DoorSum>, mask: "secrets" | "secrets+home" = "secrets") =>
  doorNotes({ ...NOTHING, ...sum }, { lost: {}, badRows: [] }, { mask });

test("where nothing was left out nothing is said", () => {
  expect(notes({})).toEqual([]);
});

test.each<[sum: Partial<DoorSum>, mask: "secrets" | "secrets+home", said: string]>([
  [
    { reasoning: 7, reasoningTurns: 3 },
    "secrets",
    'reasoning was left out of 7 messages in 3 turns ([source].reasoning = "drop"; "think" or "field" shows it)',
  ],
  [
    { futures: 2 },
    "secrets",
    "2 of 5 turns have no pull request: the challenger will see what their run did afterwards ([challenger].hidden)",
  ],
  [
    { found: { github_token: 2, "aws key": 1 } },
    "secrets",
    "secrets masked: github_token 2, aws key 1 ([source].mask)",
  ],
  [
    { homePaths: 9, homeTurns: 4 },
    "secrets",
    '9 home paths in 4 turns are left as they are: [source].mask = "secrets+home" gives stand-ins',
  ],
  [
    { homePaths: 9, homeTurns: 4 },
    "secrets+home",
    "9 home paths in 4 turns were given stand-ins ([source].mask)",
  ],
])("of %j with mask = %s a line is said", (sum, mask, said) => {
  expect(notes(sum, mask)).toEqual([said]);
});

test("what rows lost and which were not understood is named", () => {
  const lost = { "unknown_part: glyph": 3 };
  const badRows = ["row 4: messages[2].content[0] is no text"];
  expect(doorNotes(NOTHING, { lost, badRows }, { mask: "secrets" })).toEqual([
    "left out of the rows that were read: unknown_part: glyph (3)",
    "bad_row: row 4: messages[2].content[0] is no text",
  ]);
});
