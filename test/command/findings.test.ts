import { chmodSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  findingsFolder,
  findingsTable,
  listFindings,
  runFinding,
} from "../../src/command/findings.ts";
import { tempProject } from "../support/project.ts";
import { runScriptFile } from "../support/scripts.ts";

const HEAD =
  "#!/bin/sh\n# versions: tool 1.0 (npm)\n# behaviour: does this\n#   and that\n# seen: x\n";

/** A folder of made findings: name -> the lines after the head. */
function folderOf(scripts: Record<string, string>): string {
  const files = Object.entries(scripts).map(([name, body]) => [`${name}.sh`, HEAD + body]);
  const folder = tempProject(Object.fromEntries(files));
  for (const name of Object.keys(scripts)) chmodSync(join(folder, `${name}.sh`), 0o755);
  return folder;
}

test("a finding is the same, changed or not run by its exit code, and what changed is shown", async () => {
  const folder = folderOf({
    "a-same": "echo as it was",
    "b-changed": "echo now otherwise; exit 1",
    "c-offline": "echo no network >&2; exit 69",
    "d-killed": "exit 143",
  });
  const runs = [];
  for (const finding of listFindings(folder)) runs.push(await runFinding(folder, finding));
  expect(findingsTable(runs)).toEqual([
    "a-same     same     tool 1.0 (npm)",
    "b-changed  changed  tool 1.0 (npm)",
    "           now otherwise",
    "c-offline  not run  tool 1.0 (npm)",
    "           its packages could not be installed no network",
    "d-killed   not run  tool 1.0 (npm)",
    "           exit code 143",
  ]);
});

test("a finding's head is read over indented lines", () => {
  const folder = folderOf({ one: "", two: "" });
  expect(listFindings(folder, ["two"])).toEqual([
    { name: "two", versions: "tool 1.0 (npm)", behaviour: "does this and that", seen: "x" },
  ]);
});

test("a name that is no finding is refused with the names there are", async () => {
  const folder = folderOf({ one: "", two: "" });
  expect(() => listFindings(folder, ["three"])).toThrow("findings: there is no three");
  const { code, stderr } = await runScriptFile("findings", ["three"]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^findings: there is no three\n {2}-> one of: \S+, /);
});

test.each(listFindings(findingsFolder))("$name keeps to the form", (finding) => {
  const path = join(findingsFolder, `${finding.name}.sh`);
  const script = readFileSync(path, "utf8");
  expect(Object.values(finding)).not.toContain("");
  expect(statSync(path).mode & 0o111).not.toBe(0);
  expect(script).toMatch(/^#!\/usr\/bin\/env bash\n/);
  expect(script).toMatch(/cd "\$\(mktemp -d\)" && trap 'rm -rf "\$PWD"' EXIT/);
  expect(script).toMatch(/\|\| exit 69/);
  expect(script).not.toMatch(/https:|src\/|kingmaker/i);
  // Every package is pinned, and the pins stand in the head.
  const installs = [...script.matchAll(/^.*(?:npm install|pip install).*$/gm)].join("\n");
  const pinned = [...installs.matchAll(/(?:@|==)(\d\S*)/g)].map(([, version = ""]) => version);
  expect(pinned.length).toBeGreaterThan(0);
  expect(pinned.filter((version) => !finding.versions.includes(version))).toEqual([]);
  expect(script.split("\n").length).toBeLessThanOrEqual(60);
});
