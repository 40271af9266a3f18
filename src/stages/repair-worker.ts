/** The worker thread of stage:repair: reads and judges logs while the main thread writes the set. */
import { serveStream } from "../io/dataset/stream-worker.ts";
import { repairRows } from "./repair-rows.ts";

await serveStream(repairRows);
