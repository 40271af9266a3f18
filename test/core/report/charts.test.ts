import { expect, test } from "vitest";
import { costChart } from "../../../src/core/report/charts/cost.ts";
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
