/**
 * A writer that is to be killed amid a line: node kingmaker.cjs bench/torn-writer facts|journal ROOT N. It adds a short
 * line, then lines so long that one write of them takes milliseconds, and waits.
 */
import { join } from "node:path";
import { addFactLines } from "../src/io/facts/fact-lines.ts";
import { openJournal } from "../src/io/journal.ts";
import { replyOf } from "../test/support/chat.ts";
import { askedOf } from "../test/support/torn.ts";

const [kind, root = ".", n = "0"] = process.argv.slice(2);
const long = "x".repeat(32 << 20);
const LONG_LINES = 6;

if (kind === "facts") {
  const path = join(root, "answer/.facts.jsonl");
  addFactLines(path, [["k", `short ${n}`, "key", 1]]);
  for (let at = 0; at < LONG_LINES; at++)
    addFactLines(path, [["k", `long ${n}.${at}`, "key", long]]);
} else {
  const journal = await openJournal(root);
  journal.keep(`king/short ${n}/1`, askedOf(`short ${n}`), replyOf(`short ${n}`));
  for (let at = 0; at < LONG_LINES; at++) {
    journal.keep(`king/long ${n}.${at}/1`, askedOf(`long ${n}.${at}`), replyOf(long));
  }
}
setInterval(() => {}, 1000);
