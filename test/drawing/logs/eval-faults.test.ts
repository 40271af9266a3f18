import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readLogs } from "../../support/logs.ts";
import { tempProject } from "../../support/project.ts";
import { zip } from "../../support/zip.ts";

test("a sample of an inspect archive that is no JSON is a broken line, and not the end of the run", async () => {
  const root = tempProject();
  writeFileSync(join(root, "log.eval"), zip(0, Buffer.from('{"id": 1, "mess')));
  const { runs, found } = await readLogs(root, "log.eval");
  expect(runs).toEqual([]);
  expect(found.drops.get("bad_line")).toBe(1);
  expect(found.skipped.get("no_turn")).toBe(1);
});
