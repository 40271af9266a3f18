import { expect, test } from "vitest";
import {
  groupOfPlace,
  layOutPlaces,
  placesOf,
  roleLeafOf,
  turnAtPlace,
  voicesOf,
} from "../../../src/core/sample/voices.ts";

test("row groups are laid end to end by their places, and a place is found in its group", () => {
  const groups = layOutPlaces([
    { rows: [2, 1], places: [5, 3] },
    { rows: [], places: [] },
    { rows: [4], places: [4] },
  ]);
  expect(groups).toEqual([
    { file: 0, group: 0, firstRow: 0, start: 0, end: 5 },
    { file: 0, group: 1, firstRow: 2, start: 5, end: 8 },
    { file: 2, group: 0, firstRow: 0, start: 8, end: 12 },
  ]);
  const found = [0, 4, 5, 7, 8, 11].map((place) => groupOfPlace(groups, place).start);
  expect(found).toEqual([0, 0, 5, 5, 8, 8]);
});

// Places: 0..4 the first row, 5 the row without messages, 6..7 the last.
const rows = ["oaoaa", "", "ao"];

test.each<[string, number, number, { row: number; at: number } | null]>([
  ["another's message", 0, 9, null],
  ["the first turn", 1, 9, { row: 0, at: 1 }],
  ["the second turn", 3, 9, { row: 0, at: 3 }],
  ["a turn in reach", 4, 3, { row: 0, at: 4 }],
  ["a turn at max_turn", 4, 2, null],
  ["a row without messages", 5, 9, null],
  ["a turn with no history", 6, 9, null],
])("%s", (_what, place, maxTurn, turn) => {
  expect(turnAtPlace(rows, place, maxTurn)).toEqual(turn);
});

test("a place that the row group does not have is our bug", () => {
  expect(() => turnAtPlace(rows, 8, 9)).toThrow("a row group of 8 places has none of number 8");
});

test.each([
  ["a list of roles", [{ role: "system" }, { role: "user" }, { role: "assistant" }], "ooa"],
  ["other words for them", [{ from: "human" }, { from: "GPT" }, { from: "tool" }], "oao"],
  ["a struct of lists", { from: ["human", "gpt"] }, "oa"],
  ["a null message and a null role", [null, { role: null }], "oo"],
  ["an empty list", [], ""],
  ["null", null, ""],
  ["a struct of null", { from: null }, ""],
])("the voices of %s", (_what, value, voices) => {
  expect(voicesOf(value)).toBe(voices);
  expect(placesOf(voices)).toBe(Math.max(1, voices.length));
});

test.each([
  [["id", "messages.list.element.role", "messages.list.element.content"], "messages", 1],
  [["messages.bag.array_element.from"], "messages", 0],
  [["conversations.from.list.element", "conversations.value.list.element"], "conversations", 0],
  [["messages"], "messages", null],
  [["messages.list.element.role"], "history", null],
  [["messages.list.element.role", "messages.list.element.from"], "messages", null],
])("the role leaf of %j in %s", (leaves, column, at) => {
  expect(roleLeafOf(leaves, column)).toBe(at === null ? null : leaves[at]);
});
