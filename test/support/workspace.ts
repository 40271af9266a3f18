/** A judged workspace made of the recorded sample: answers t01 to t24 with their scores, judged once. */
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { validate } from "../../src/stages/validate.ts";
import { OPTIONS, testDeps } from "./deps.ts";
import { recordedJudges, recordedWorkspace } from "./duel.ts";
import { tempProject } from "./project.ts";

let judgedOnce: Promise<string> | null = null;

afterAll(async () => {
  if (judgedOnce !== null) rmSync(await judgedOnce, { recursive: true, force: true });
  judgedOnce = null;
});

/** A copy of its own for every caller; `toml` is added to chain.toml. */
export async function judgedWorkspace(
  files: Record<string, unknown> = {},
  toml = "",
): Promise<string> {
  judgedOnce ??= (async () => {
    const root = mkdtempSync(join(tmpdir(), "kingmaker-judged-"));
    cpSync(recordedWorkspace(), root, { recursive: true });
    await validate(loadConfig(root, {}), testDeps(root, recordedJudges()), OPTIONS);
    return root;
  })();
  const from = await judgedOnce;
  const chain = `${readFileSync(join(from, "chain.toml"), "utf8")}${toml}`;
  return tempProject({ "chain.toml": chain, ...files }, from);
}
