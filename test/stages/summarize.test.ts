import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { summarize } from "../../src/stages/summarize.ts";
import { tempProject } from "../support/project.ts";

test("summarize prints counts, draws them where it is told, and writes nothing beside the file", async () => {
  const root = tempProject({
    "a.jsonl": '{"text":"abcd","metadata":{"label":"SUCCESS"}}\n{"text":"ab"}\n',
  });
  const file = join(root, "a.jsonl");
  const svg = join(root, "drawn.svg");
  expect(await summarize(file, { skipBad: false, svg })).toEqual([
    `${file}: 2 rows (chatml 2)`,
    "  characters a row: 2 to 4, median 2, p90 4; in all 6, about 2 tokens",
    "  label: SUCCESS 1",
    `  drawn in ${svg}`,
  ]);
  await summarize(file, { skipBad: false });
  expect(existsSync(`${file}.svg`)).toBe(false);
  expect(readFileSync(svg, "utf8")).toMatch(
    /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"[^]*<\/svg>\n$/,
  );
});

test("summarize names file and line of a broken line, and counts it on request", async () => {
  const root = tempProject({ "a.jsonl": '{"text":"ab"}\n{"te\n' });
  const file = join(root, "a.jsonl");
  await expect(summarize(file, { skipBad: false })).rejects.toThrow(`${file} line 2 is not JSON: `);
  const lines = await summarize(file, { skipBad: true, svg: join(root, "b.svg") });
  expect(lines).toContain("  1 line is not JSON and left out");
});
