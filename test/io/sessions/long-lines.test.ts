/** A session whose log has a line that would take all memory. */
import { appendFileSync, copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { MAX_LINE_BYTES } from "../../../src/io/line-limits.ts";
import { jsonl, readLogs } from "../../support/logs.ts";
import { tempProject } from "../../support/project.ts";

const LOGS = [
  ["claude_code", "1ca54586-7339-4bd0-8d65-48758f09c144.jsonl"],
  ["codex", "rollout-2026-11-28T08-24-29-01a22141-7b9a-7a73-9379-eeccdd949b1e.jsonl"],
] as const;

test.each(LOGS)(
  "%s: a line over 64 MB is passed over and counted, the rest of the log is read",
  async (agent, name) => {
    const root = tempProject();
    mkdirSync(join(root, "logs"));
    const path = join(root, "logs", name);
    copyFileSync(join("test/fixtures/formats", agent, name), path);
    const before = await readLogs(root, "logs");
    appendFileSync(path, '{"type":"user","message":{"content":"');
    for (let held = 0; held <= MAX_LINE_BYTES; held += 8 << 20) {
      appendFileSync(path, "x".repeat(8 << 20));
    }
    appendFileSync(path, `"}}\n${jsonl({ type: "nothing" })}`);
    const after = await readLogs(root, "logs");
    expect(after.runs.map(({ messages }) => messages)).toEqual(
      before.runs.map(({ messages }) => messages),
    );
    expect(after.found.drops.get("bad_line")).toBe(1);
  },
);
