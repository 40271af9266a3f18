/** What a person is told of an export beside its counts. */
import { expect, test } from "vitest";
import { exportNotes } from "../../../src/core/dataset/export-notes.ts";

type Seen = Parameters<typeof exportNotes>[0];

const NOTHING: Seen = {
  finals: 1,
  benchmarks: 0,
  homes: { paths: 0, turns: 0 },
  scores: [90],
  limits: { final_min: 80, defeat_max: 66, by: "score" },
  refined: false,
  masked: {},
  rejectedBy: {},
};

test.each<[seen: Partial<Seen>, said: string[]]>([
  [{}, []],
  [
    { homes: { paths: 3, turns: 2 } },
    ['3 home paths are in 2 turns: [source].mask = "secrets+home" draws turns without them'],
  ],
  [
    { homes: { paths: 20, turns: 1 } },
    ['20 home paths are in 1 turn: [source].mask = "secrets+home" draws turns without them'],
  ],
  [{ masked: { jwt: 2 } }, ["secrets masked, turns by kind: jwt 2"]],
  [
    { rejectedBy: { king: 4, policy: 1 } },
    ["rejected sides of pairs, by who wrote them: king 4, policy 1"],
  ],
  [
    { benchmarks: 2 },
    [
      "WARNING: 2 of the turns are from test problems of SWE-bench Lite or Verified: a model trained on this set must not be measured on them",
    ],
  ],
])("of %j is said %j", (seen, said) => {
  expect(exportNotes({ ...NOTHING, ...seen })).toEqual(said);
});
