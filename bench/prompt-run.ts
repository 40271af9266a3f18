/** One measured draw of bench:prompt, in a process of its own: time, bytes, requests, peak memory. */
import { loadConfig } from "../src/config.ts";
import { tuneForWaiting } from "../src/io/v8.ts";
import { openStore } from "../src/io/store.ts";
import { prompt } from "../src/stages/prompt.ts";

const [root = "."] = process.argv.slice(2);
// As the script does.
tuneForWaiting();
const progress = { begin() {}, step() {}, spent() {}, note() {}, end() {} };
const started = performance.now();
const summary = await prompt(
  loadConfig(root, {}),
  { store: openStore(root), progress },
  { force: true, retry: false, skipBad: false },
);
const seconds = (performance.now() - started) / 1000;
// Linux counts kilobytes.
const rssMb = process.resourceUsage().maxRSS / 1024;
const { user, system } = process.cpuUsage();
const cpuSeconds = (user + system) / 1e6;
process.stdout.write(`${JSON.stringify({ summary, seconds, cpuSeconds, rssMb })}\n`);
