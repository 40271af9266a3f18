/**
 * What the chat benchmarks ask, one and the same for every client, and what asking costs who makes the calls by
 * other means than bench/chat-client.ts. It imports nothing: what it loads would count as the client's.
 */

export const PROMPT_CHARS = 30_000;
export const TEXT = "All work and no play makes a dull agent, says the log. ".repeat(600);

/** The words of call `i`. */
export const promptOf = (i: number): string => `turn ${i} ${TEXT}`.slice(0, PROMPT_CHARS);

/** The body of one call that is answered whole. */
export const callBody = (i: number) => ({
  model: "bench",
  messages: [{ role: "user" as const, content: promptOf(i) }],
  temperature: 1,
  max_tokens: 1024,
});

/** What the body of a streamed call has beside that. */
export const STREAMED = { stream: true, stream_options: { include_usage: true } } as const;

/**
 * Asks `calls` times, `concurrency` at a time, and prints one JSON line: wall in ms, CPU in s, RSS in MB.
 * @param ask gives the characters of the answer to call `i`; 0 counts as unanswered.
 */
export async function measureCalls(
  { calls, concurrency }: { readonly calls: number; readonly concurrency: number },
  ask: (i: number) => Promise<number>,
): Promise<void> {
  const cpuBefore = process.cpuUsage();
  const started = performance.now();
  let next = 0;
  let unanswered = 0;
  async function worker(): Promise<void> {
    while (next < calls) if ((await ask(next++)) === 0) unanswered++;
  }
  await Promise.all(Array.from({ length: concurrency }, worker));
  const wallMs = performance.now() - started;
  const cpu = process.cpuUsage(cpuBefore);
  process.stdout.write(
    `${JSON.stringify({
      unanswered,
      calls,
      wallMs,
      cpuS: (cpu.user + cpu.system) / 1e6,
      rssMb: process.resourceUsage().maxRSS / 1024,
    })}\n`,
  );
}
