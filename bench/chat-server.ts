/**
 * The loopback server in a process of its own, so that its work is not the client's:
 *   node kingmaker.cjs bench/chat-server '{"latencyMs": 200}'
 * prints one line {"url": ...} and ends with its standard input.
 */
import {
  faultPlan,
  startLlmServer,
  type FaultName,
  type ServerOptions,
} from "../test/support/llm-server.ts";

/** What JSON can say. */
type Options = Omit<ServerOptions, "answer" | "fault"> & {
  readonly seed?: number;
  readonly faults?: Partial<Record<FaultName, number>>;
};

const { seed = 1, faults, ...options } = JSON.parse(process.argv[2] ?? "{}") as Options;
const server = await startLlmServer({
  ...options,
  ...(faults === undefined ? {} : { fault: faultPlan(seed, faults) }),
});
process.stdout.write(`${JSON.stringify({ url: server.url })}\n`);
// The parent holds the other end: when it dies, however it dies, so does the server.
process.stdin.on("end", () => process.exit(0)).resume();
