/** One side of bench:read: reads the fixture logs with a commit's own reader and prints what it took as JSON. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [module = "", size = "", seconds = "3"] = process.argv.slice(2);
const loaded = (await import(pathToFileURL(resolve(module)).href)) as Readonly<
  Record<string, (text: string) => unknown>
>;
const read = loaded["readFailure"] ?? loaded["categoryOf"];
if (read === undefined) throw new Error(`${module} exports no reader`);

const FILLER = "tests/test_shelf.py::test_many[17-abc] PASSED                          [ 41%]\n";
const logs = ["in-view-given", "in-view-own", "not-in-view"].flatMap((name) =>
  readFileSync(`test/fixtures/failures/${name}.jsonl`, "utf8")
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { text: string }).text)
    .map((text) => (size === "as they are" ? text : filled(text))),
);
for (const text of logs) read(text);
const started = process.cpuUsage();
let count = 0;
let chars = 0;
while (process.cpuUsage(started).user < Number(seconds) * 1e6) {
  for (const text of logs) {
    read(text);
    chars += text.length;
  }
  count += logs.length;
}
const { user, system } = process.cpuUsage(started);
console.log(JSON.stringify({ logs: count, chars, cpuS: (user + system) / 1e6 }));

/** The log behind passing tests, 8 kB in all. */
function filled(text: string): string {
  const lines = Math.max(0, Math.ceil((8192 - text.length) / FILLER.length));
  return FILLER.repeat(lines) + text;
}
