import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Line } from "../../../src/io/batch/request.ts";
import { makeWriter } from "../../../src/io/batch/writer.ts";
import { openLedger } from "../../../src/io/ledger.ts";
import { openStore } from "../../../src/io/store.ts";
import { linesOf } from "../../support/batch-king.ts";
import { tempProject } from "../../support/project.ts";

const USAGE = { prompt_tokens: 1, cached_tokens: 0, completion_tokens: 1, reasoning_tokens: 0 };

function lineOf(at: number, model: string, bytes: number): Line {
  const key = `king/a_${at}.json/1`;
  const request = {
    provider: "p",
    model,
    messages: [],
    temperature: 0,
    max_tokens: 1,
    tag: { role: "king", history_hash: "h", attempt: 1 },
  } as const;
  const text = `${JSON.stringify({ custom_id: `id-${at}`, pad: "" }).replace('""', `"${"x".repeat(bytes)}"`)}\n`;
  const item = { stage: "king", role: "king", key, request } as const;
  return { item, custom_id: `id-${at}`, url: "/v1/chat/completions", text, most: USAGE, usd: null };
}

async function filesOf(
  lines: readonly Line[],
  limits: { readonly lines: number; readonly bytes: number },
): Promise<number[]> {
  const root = tempProject();
  const ledger = openLedger(root, () => new Date());
  const store = openStore(root);
  const writer = makeWriter({
    store,
    stage: "king",
    ledger,
    engine: "batch",
    limits: () => limits,
    first: 1,
    results: [],
    run: "r",
  });
  for (const line of lines) writer.add(line, []);
  await writer.close();
  await ledger.close();
  const path = (n: number): string => join(root, `engine/king/requests-${n}.jsonl`);
  const counts: number[] = [];
  for (let n = 1; existsSync(path(n)); n++) counts.push(linesOf(path(n)).length);
  return counts;
}

const some = (count: number, bytes: number, model = "m"): Line[] =>
  Array.from({ length: count }, (_, at) => lineOf(at, model, bytes));

test.each([
  ["lines bind", some(5, 10), { lines: 2, bytes: 1e6 }, [2, 2, 1]],
  ["bytes bind", some(5, 1000), { lines: 100, bytes: 2200 }, [2, 2, 1]],
  ["a line over the limit stands alone", some(2, 5000), { lines: 100, bytes: 2200 }, [1, 1]],
  ["all fit", some(5, 10), { lines: 100, bytes: 1e6 }, [5]],
])("request files are cut where %s", async (_name, lines, limits, counts) => {
  expect(await filesOf(lines, limits)).toEqual(counts);
});

test("each model has files of its own, in whatever order its lines come", async () => {
  const [a = lineOf(0, "a", 1), b = a, c = a] = [0, 1, 2].map((at) =>
    lineOf(at, at === 1 ? "b" : "a", 10),
  );
  expect(await filesOf([a, b, c], { lines: 100, bytes: 1e6 })).toEqual([2, 1]);
});
