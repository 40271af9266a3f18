/** The loopback Hub of bench:prompt, in a process of its own: its work is not the client's. */
import { join } from "node:path";
import { startHub } from "../test/support/hub.ts";
import { benchRow } from "./prompt-rows.ts";

const [folder = "", rows = "0", ...files] = process.argv.slice(2);
const hub = await startHub(
  {
    "bench/trajectories": {
      refs: { main: "c1" },
      commits: {
        c1: Object.fromEntries(
          files.map((name) => [`data/${name}`, { local: join(folder, name) }]),
        ),
      },
      viewer: {
        commit: "c1",
        config: "default",
        split: "train",
        rows: Number(rows),
        row: benchRow,
        rowBytes: 48_000,
      },
    },
  },
  // A listing of the real Hub has 1,000 entries a page.
  { delayMs: 40, viewerPerSecond: 20, treePage: 1000 },
);
process.stdout.write(`${JSON.stringify({ url: hub.url, viewerUrl: hub.viewerUrl })}\n`);
process.stdin.on("end", () => process.exit(0)).resume();
