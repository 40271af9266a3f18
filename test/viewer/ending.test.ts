/** The list's filter by how a turn's run ended. */
import { expect, test } from "vitest";
import { turnRow } from "../../src/core/report/turn-row.ts";
import type { RunLabel } from "../../src/records/prompt.ts";
import { parseQuery } from "../../src/viewer/query.ts";
import { select } from "../../src/viewer/selection.ts";

const RULES = { by: "score", final_min: 80, defeat_max: 40 } as const;

function entry(file: string, run_label: RunLabel | null) {
  const answer = { instance_id: file, ...(run_label === null ? {} : { run_label }) };
  const row = turnRow({ file, answer, score: null, review: null }, RULES, 2);
  const commands = ["", ""] as const;
  const texts = { path: `answer/${file}`, pairHash: null, broken: [] };
  return { file, row, opponent: "king" as const, lengths: [1, 1] as const, commands, ...texts };
}

const ENTRIES = [
  entry("a.json", "SUCCESS"),
  entry("b.json", "FAILURE"),
  entry("c.json", "FAILURE"),
  entry("d.json", "UNKNOWN"),
  entry("e.json", null),
];

test.each([
  ["ending=succeeded", ["a.json"]],
  ["ending=failed", ["b.json", "c.json"]],
  ["ending=unknown", ["d.json"]],
  ["ending=not+recorded", ["e.json"]],
  ["ending=failed&ending=succeeded", ["a.json", "b.json", "c.json"]],
  // Whoever judges blind is not told how it ended.
  ["ending=failed&blind=1", ["a.json", "b.json", "c.json", "d.json", "e.json"]],
])("the list under %s shows turns by how their run ended", (address, files) => {
  const query = parseQuery(new URLSearchParams(address));
  expect(select(ENTRIES, { ...query, sort: "file" }).entries.map(({ file }) => file)).toEqual(
    files,
  );
});

test("the filter counts turns by how their run ended", () => {
  const { counts } = select(ENTRIES, parseQuery(new URLSearchParams()));
  expect(Object.fromEntries(counts.ending)).toEqual({
    succeeded: 1,
    failed: 2,
    unknown: 1,
    "not recorded": 1,
  });
});
