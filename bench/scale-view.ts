/** The viewer of a workspace until every turn is read, then its end. Started by bench/scale.ts: ... ROOT */
import { startViewer } from "../src/viewer/server.ts";
import { workspaceAt } from "../src/viewer/workspaces.ts";

const started = performance.now();
const viewer = await startViewer({
  workspaces: [workspaceAt(process.argv[2] ?? ".", {}, {})],
  host: "127.0.0.1",
  port: 0,
  now: () => new Date(),
});
const listening = performance.now() - started;
await viewer.whole;
console.log(JSON.stringify({ listening, whole: performance.now() - started }));
await viewer.close();
