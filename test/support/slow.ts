/** The sample's turns against a loopback server that takes its time. */
import { resolve } from "node:path";
import { onTestFinished } from "vitest";
import { startLlmServer, type LlmServer } from "./llm-server.ts";

/** A server as `startSlowServer`'s that ends with the test. */
export async function slowServer(latencyMs: number): Promise<LlmServer> {
  const server = await startSlowServer(latencyMs);
  onTestFinished(() => server.close());
  return server;
}

/** Answers every call after so many milliseconds; no two answers of king and challenger are the same. */
export function startSlowServer(latencyMs: number): Promise<LlmServer> {
  return startLlmServer({
    latencyMs,
    answer: ({ messages }, n) => {
      const last = messages.at(-1)?.content ?? "";
      return last.includes("MODEL 1") && last.includes("MODEL 2")
        ? '{"correctness": 1, "grounding": 0, "progress": 2, "protocol": 0, "efficiency": 0, "reason": "r"}'
        : `THOUGHT: look.\n\n\`\`\`bash\nls -la /tmp/${n}\n\`\`\``;
    },
  });
}

/** chain.toml for the sample's turns, every role asked at `url`. */
export function sampleToml(url: string, concurrency: number): string {
  const sample = resolve("sample");
  return `
[source]
trajectories = "${sample}/turns.jsonl"
prs = "${sample}/prs.jsonl"
count = 24
exclude_benchmarks = false
max_per_instance = 0
[provider.slow]
base_url = "${url}"
max_concurrency = ${concurrency}
[king]
provider = "slow"
[challenger]
provider = "slow"
[judge]
provider = "slow"
`;
}
