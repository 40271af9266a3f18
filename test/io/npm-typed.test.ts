import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { typedForNpm } from "../../src/io/npm-typed.ts";
import { tempProject } from "../support/project.ts";

/** /proc of a command (7), the shell that npm started (6) and npm (5), with npm's log. */
function processes(log: string | null, name = "_logs/x-debug-0.log"): string {
  const proc = tempProject();
  for (const [pid, parent] of [
    [7, 6],
    [6, 5],
    [5, 1],
  ] as const) {
    mkdirSync(join(proc, String(pid), "fd"), { recursive: true });
    writeFileSync(join(proc, `${pid}/stat`), `${pid} (npm run (x) ) S ${parent} 5 5 0`);
  }
  symlinkSync("/dev/null", join(proc, "5/fd/0"));
  if (log === null) return proc;
  const path = join(tempProject({ [name]: log }), name);
  symlinkSync(path, join(proc, "5/fd/20"));
  return proc;
}

const head = "9 verbose title npm run x\n";

test.each([
  ['10 verbose argv "run" "king" "--only" "a b*"\n', ["run", "king", "--only", "a b*"]],
  [
    '10 verbose argv "run" "king" "--only" "a \\"b\\" \\\\ c"\n',
    ["run", "king", "--only", 'a "b" \\ c'],
  ],
  ['10 verbose argv "start" "king"\n11 verbose argv "run" "other"\n', ["start", "king"]],
  ['10 verbose argv "run" "other"\n', null],
  ['10 verbose argv "run" "king\n', null],
  ['10 verbose argv "run" "k\\qing"\n', null],
  ["10 verbose logfile\n", null],
  ["", null],
])("of a log with %j the words are %j", (line, words) => {
  expect(typedForNpm("king", 7, processes(`${head}${line}`))).toEqual(words);
});

test.each([
  ["npm keeps no log", () => processes(null)],
  [
    "another program has a log open",
    () => processes('1 verbose argv "run" "king"\n', "logs/x.log"),
  ],
  ["the system tells nothing of processes", () => "/no/proc"],
])("nothing is known where %s", (_why, proc) => {
  expect(typedForNpm("king", 7, proc())).toBeNull();
});
