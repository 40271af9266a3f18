/** [source].exclude_ids is obeyed by every stage, also where the instance was drawn and answered before. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";
import { snapshot } from "../support/project.ts";
import { runScriptFile } from "../support/scripts.ts";

const root = mkdtempSync(join(tmpdir(), "kingmaker-excluded-"));
afterAll(() => rmSync(root, { recursive: true }));

const TOML = readFileSync("sample/chain.toml", "utf8").replaceAll("../sample", resolve("sample"));
const FLAGS = ["--root", root, "--yes", "--json"];

type Summary = { kept: number; dropped: Record<string, number>; asked: number };

async function run(stage: string, ...more: readonly string[]): Promise<Summary> {
  const ran = await runScriptFile(stage, [...FLAGS, ...more]);
  expect(ran.stderr).not.toContain("->");
  return JSON.parse(ran.stdout) as Summary;
}

/** Files below these folders that name the instance. */
const naming = (id: string, folders: RegExp): string[] =>
  Object.entries(snapshot(root))
    .filter(([path, text]) => folders.test(path) && text.includes(id))
    .map(([path]) => path);

test("an instance that is excluded later is asked, judged, exported and put into sets no more", async () => {
  writeFileSync(join(root, "chain.toml"), TOML);
  for (const stage of ["prompt", "king", "challenger", "validate", "report"]) await run(stage);
  const [turns = ""] = Object.entries(snapshot(root))
    .filter(([path]) => /^(final|refined|defeat)\/prompts/.test(path))
    .map(([, text]) => text);
  const { instance_id: id } = JSON.parse(turns) as { instance_id: string };
  const section = /^\[source\]$/m;
  expect(TOML).toMatch(section);
  writeFileSync(
    join(root, "chain.toml"),
    TOML.replace(section, `[source]\nexclude_ids = ["${id}"]`),
  );
  const count = naming(id, /^answer\/prompts/).length;
  expect(count).toBeGreaterThan(0);

  for (const stage of ["king", "challenger", "validate", "report"]) {
    const summary = await run(stage);
    expect([stage, summary.dropped["excluded_id"]]).toEqual([stage, count]);
    expect([stage, summary.asked]).toEqual([stage, 0]);
  }
  expect(naming(id, /^(final|refined|defeat)\//)).toEqual([]);

  await run("export", "--force");
  await run("actions", "--swe", "none", "--force");
  expect(naming(id, /^dataset\/.*(train|val|test)[^/]*\.jsonl$/)).toEqual([]);
  // Drawn anew, it is not there either.
  await run("prompt", "--force");
  expect(naming(id, /^prompt\//)).toEqual([]);
}, 240_000);
