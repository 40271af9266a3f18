import { expect, test } from "vitest";
import {
  chooseWay,
  planLine,
  wayCosts,
  type GroupFacts,
  type Reading,
} from "../../../src/core/sample/plan.ts";

const MB = 1_000_000;
const reading: Reading = { draws: 100, spread: "rows", windowRows: 20, groupDraws: 50 };

/** A row group of 1,000 rows: 20 MB of messages in 50 pages, 10 kB of ids. */
const group = (pages: number | null): GroupFacts => ({
  rows: 1000,
  chunks: [
    { column: "instance_id", bytes: 10_000, pages, dictionary: null },
    { column: "messages", bytes: 20 * MB, pages, dictionary: null },
    { column: "unneeded", bytes: 50 * MB, pages, dictionary: null },
  ],
});
const facts = (groups: readonly GroupFacts[], viewer: { rowBytes: number } | { why: string }) => ({
  files: [groups],
  columns: ["instance_id", "messages"],
  viewer,
});
const many = Array.from({ length: 1000 }, () => group(50));

test("by pages a drawn row costs one page and a share of its group's small chunks", () => {
  const [, pages] = wayCosts(facts(many, { why: "off" }), reading);
  // 100 draws x 0.4 MB, and of 1,000 groups about 95 are hit, 10 kB each.
  expect(pages?.bytes).toBeGreaterThan(40 * MB);
  expect(pages?.bytes).toBeLessThan(41.1 * MB);
  expect(pages?.requests).toBeGreaterThan(190);
  expect(pages?.requests).toBeLessThan(200);
});

test("by pages dictionaries are counted for the rows that need them, once a chunk while they are kept", () => {
  const cost = (groups: number, dictionary: { bytes: number; rows: number } | null): number => {
    const { chunks, rows } = group(50);
    const own = chunks.map((chunk) =>
      chunk.column === "messages"
        ? { ...chunk, dictionary, bytes: chunk.bytes + (dictionary?.bytes ?? 0) }
        : chunk,
    );
    const laid = Array.from({ length: groups }, () => ({ rows, chunks: own }));
    return wayCosts(facts(laid, { why: "off" }), reading)[1]?.bytes ?? 0;
  };
  const added = (groups: number, bytes: number, rows: number): number =>
    Math.round((cost(groups, { bytes, rows }) - cost(groups, null)) / bytes);
  // 100 draws from 5 groups touch all five; from 1,000 groups about 95; a tenth of the rows need it: 10.
  expect([added(5, MB, 1000), added(1000, 100_000, 1000), added(1000, 100_000, 100)]).toEqual([
    5, 95, 10,
  ]);
  // More than is kept: 2 x 64 MiB in all, so that every second return finds its own given up.
  expect(added(2, 1 << 26, 1000)).toBe(2 + 98 / 2);
});

test("by groups a drawn row costs its group, and spread groups takes few of them", () => {
  const [, , groups] = wayCosts(facts(many, { why: "off" }), reading);
  // Of 1,000 groups 100 draws hit about 95, 20 MB each.
  expect(groups?.bytes).toBeGreaterThan(1890 * MB);
  expect(groups?.bytes).toBeLessThan(1950 * MB);
  const [, , few] = wayCosts(facts(many, { why: "off" }), { ...reading, spread: "groups" });
  expect(few?.bytes).toBe(2 * 20.01 * MB);
});

test("by the viewer a row costs its bytes and one request, a window one request", () => {
  const [rows] = wayCosts(facts(many, { rowBytes: 48_000 }), reading);
  expect([rows?.bytes, rows?.requests]).toEqual([4.8 * MB, 100]);
  const [windows] = wayCosts(facts(many, { rowBytes: 48_000 }), { ...reading, spread: "windows" });
  expect(windows?.requests).toBe(5);
});

test("spread turns looks up more messages than it reads, in the small chunks alone", () => {
  const turns = { ...reading, spread: "turns" } as const;
  const of = (how: Reading): readonly { bytes: number; requests: number }[] =>
    wayCosts(facts(many, { rowBytes: 48_000 }), how);
  const [viewer, pages, groups] = of(turns).map((cost, n) => ({
    bytes: cost.bytes - (of(reading)[n]?.bytes ?? 0),
    requests: cost.requests - (of(reading)[n]?.requests ?? 0),
  }));
  // 300 messages hit about 259 of 1,000 groups; rows hit 95 of them anyway by pages.
  expect(viewer?.requests).toBeCloseTo(259.3, 1);
  expect(viewer?.bytes).toBeCloseTo(2_593_000, -4);
  expect(groups?.requests).toBeCloseTo(259.3, 1);
  expect(pages?.requests).toBeCloseTo(259.3 - 95.2, 1);
});

test("the cost of a draw does not grow with the set", () => {
  const cost = (groups: number): number =>
    wayCosts(facts(many.slice(0, groups), { why: "off" }), reading)[1]?.bytes ?? 0;
  expect(cost(1000) / cost(250)).toBeLessThan(1.02);
});

test("the cheapest way is chosen, and the plan names what the others cost", () => {
  const costs = wayCosts(facts(many, { rowBytes: 48_000 }), reading);
  const chosen = chooseWay(costs, "auto", 4000 * MB, "o/d");
  expect(chosen.way).toBe("viewer");
  expect(planLine("o/d", chosen, costs)).toMatch(
    /^o\/d: reading by viewer 4\.8 MB in 100 requests \(others: pages 4\d\.\d MB in \d+ requests; groups 1\.9 GB in \d+ requests\)$/,
  );
});

test("without viewer and page index row groups are what is left", () => {
  const costs = wayCosts(
    facts(
      Array.from({ length: 9 }, () => group(null)),
      { why: "off" },
    ),
    reading,
  );
  expect(chooseWay(costs, "auto", 4000 * MB, "o/d").way).toBe("groups");
});

test("a way that cannot be taken, and a draw over the limit, are errors with a remedy", () => {
  const costs = wayCosts(facts([group(null)], { why: "it is switched off" }), reading);
  expect(() => chooseWay(costs, "pages", 4000 * MB, "o/d")).toThrow(
    "o/d cannot be read by pages: viewer: it is switched off; pages: the files have no page index",
  );
  expect(() => chooseWay(costs, "auto", MB, "o/d")).toThrow(
    /o\/d: the draw would read 20\.0 MB \(viewer not possible/,
  );
});
