import { expect, test } from "vitest";
import { costChart } from "../../../src/core/report/charts/cost.ts";
import { groupsChart } from "../../../src/core/report/charts/groups.ts";
import { lengthsChart } from "../../../src/core/report/charts/lengths.ts";
import { runsChart } from "../../../src/core/report/charts/runs.ts";
import { label, scale, shortened, svgFile, ticks } from "../../../src/core/report/charts/svg.ts";

test("a picture is well-formed, has a title, and knows light and dark", () => {
  const chart = costChart([{ stage: 'a<b>&"', usd: 1, wall_ms: 1500 }]);
  const text = svgFile(
    chart ?? { name: "", title: "", description: "", width: 0, height: 0, body: "" },
  );
  expect(text).toContain("a&lt;b&gt;&amp;&quot;");
  expect(text).toContain("prefers-color-scheme:dark");
  expect(text).toContain('<title id="cost-t">Cost and time by stage</title>');
  expect(text.match(/<(?!\/)[a-z]+[^>]*[^/]>/g)?.length).toBe(text.match(/<\/[a-z]+>/g)?.length);
});

test("no stages give no picture", () => {
  expect(costChart([])).toBeNull();
});

test.each([
  [0, 100, 5, [0, 20, 40, 60, 80, 100]],
  [0, 3, 4, [0, 1, 2, 3]],
  [-2, 3, 5, [-2, -1, 0, 1, 2, 3]],
  [5, 5, 4, [5]],
])("ticks from %d to %d in about %d steps are round", (from, to, wanted, expected) => {
  expect(ticks(from, to, wanted)).toEqual(expected);
});

test("a scale cuts values outside its range to the ends", () => {
  const x = scale([0, 10], [100, 200]);
  expect([x(-5), x(0), x(5), x(10), x(50)]).toEqual([100, 100, 150, 200, 200]);
});

test("long names lose their middle, and a label is escaped", () => {
  expect(shortened("deepseek-ai/DeepSeek-V3.2-TEE", 15)).toBe("deepseek-…2-TEE");
  expect(label(0, 0, "</text>")).toContain("&lt;/text&gt;");
});

test("pictures of several things are none where there is nothing to compare", () => {
  const about = { name: "g", title: "G", about: "" };
  const one = { name: "only", n: 3, mean: 50, interval: null };
  expect(groupsChart(about, [one])).toBeNull();
  expect(lengthsChart([{ file: "a", score: 50, longer: 3 }])).toBeNull();
  expect(runsChart([{ name: "a", score: 50, usd: 1 }])).toBeNull();
});

test("what is pointed at in a picture says its name and figures", () => {
  const about = { name: "repositories", title: "Score by repository", about: "Means:" };
  const groups = [
    { name: "a/b", n: 3, mean: 61.25, interval: [50, 72.5] as const },
    { name: "c/d", n: 1, mean: 40, interval: null },
  ];
  const chart = groupsChart(about, groups);
  expect(chart?.body).toContain("<title>a/b: 61.25 over 3, 95 % 50 to 72.5</title>");
  expect(chart?.body).toContain("<title>c/d: 40 over 1</title>");
  const lengths = lengthsChart([
    { file: "a.json", score: 80, longer: 1200 },
    { file: "b.json", score: 20, longer: -300 },
  ]);
  expect(lengths?.body).toContain("<title>a.json: 80, +1,200 characters</title>");
  expect(lengths?.body).toContain("<title>b.json: 20, −300 characters</title>");
  const runs = runsChart([
    { name: "first", score: null, usd: null },
    { name: "second", score: 62.5, usd: 1.5 },
  ]);
  expect(runs?.body).toContain("<title>first: unpriced</title>");
  expect(runs?.body).toContain("<title>second: score 62.5</title>");
  expect(runs?.body.match(/<circle/g)).toHaveLength(1);
  const cost = costChart([{ stage: "king", usd: 0, isUnpriced: true, wall_ms: null }]);
  expect(cost?.description).toBe("king: unpriced");
});

test("of more turns than a picture holds every so many are shown, and it says how many", () => {
  const points = Array.from({ length: 2500 }, (_, n) => ({
    file: `t${n}`,
    score: n % 101,
    longer: n,
  }));
  const chart = lengthsChart(points);
  expect(chart?.body.match(/<circle/g)?.length).toBe(834);
  expect(chart?.description).toContain("834 of 2,500 turns");
});
