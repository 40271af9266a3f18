/**
 * Histories made shorter by whole steps from the middle: what opens the conversation stays (system prompt,
 * task), and so do the last steps. A step is an assistant message with what came back. A mark says how
 * many were left out, and so does the row.
 */
import { UserError } from "../../errors.ts";
import type { Message } from "../../records/message.ts";
import type { Example } from "./example.ts";

/** Steps that are kept; "fit": as many as the limit of tokens has room for. */
export type HistoryWanted = { readonly last: number } | "fit";

/** What --history says. @param maxTokens the limit that "fit" goes by. @throws UserError for other words. */
export function historyWanted(given: string, maxTokens: number | null): HistoryWanted {
  const last = /^last:(\d+)$/.exec(given.trim());
  if (last !== null && Number(last[1]) >= 1) return { last: Number(last[1]) };
  if (given.trim() !== "fit") {
    throw new UserError(
      `--history is "${given}"; expected last:N (the last N steps) or fit`,
      "for example --history last:8, or --history fit --max-tokens 8192",
    );
  }
  if (maxTokens !== null) return "fit";
  throw new UserError(
    "--history fit has no limit to fit into",
    "add --max-tokens N, the length that your trainer takes ([dataset].max_tokens)",
  );
}

/**
 * The example with a history as asked for, and in its metadata the number of steps left out. "fit" keeps
 * at least the last step: a row that is too long even so stays as it was.
 * @param lengthOf tokens of a row.
 */
export function shortened(
  example: Example,
  wanted: HistoryWanted,
  maxTokens: number | null,
  lengthOf: (example: Example) => number,
): Example {
  const starts = stepStarts(example.prompt);
  const of = (steps: number): Example => lastSteps(example, starts, steps);
  if (wanted !== "fit") return of(wanted.last);
  const whole = of(starts.length);
  if (maxTokens === null || lengthOf(whole) <= maxTokens) return whole;
  // The most steps that fit: `fits` is known to, `over` is known not to.
  let fits = 0;
  let over = starts.length;
  while (over - fits > 1) {
    const middle = (fits + over) >> 1;
    if (lengthOf(of(middle)) <= maxTokens) fits = middle;
    else over = middle;
  }
  return fits === 0 ? whole : of(fits);
}

// ---------------------------------------------------------------------------------------------

const markOf = (steps: number): string =>
  `[... ${steps} ${steps === 1 ? "step" : "steps"} left out]`;

/** Where the steps of a conversation begin. */
const stepStarts = (messages: readonly Message[]): number[] =>
  messages.flatMap(({ role }, at) => (role === "assistant" ? [at] : []));

function lastSteps(example: Example, starts: readonly number[], steps: number): Example {
  const { prompt, metadata } = example;
  const from = wholeFrom(prompt, starts, Math.max(0, starts.length - steps));
  const first = starts[from];
  if (from === 0 || first === undefined) {
    return { ...example, metadata: { ...metadata, steps_left_out: 0 } };
  }
  const head = prompt.slice(0, starts[0]);
  return {
    ...example,
    prompt: [...marked(head, from), ...prompt.slice(first)],
    metadata: { ...metadata, steps_left_out: from },
  };
}

/** The first step from `from` on behind which no result answers a call that is left out; 0: there is none. */
function wholeFrom(messages: readonly Message[], starts: readonly number[], from: number): number {
  for (let step = from; step < starts.length; step++) {
    const kept = messages.slice(starts[step]);
    const calls = new Set(kept.flatMap(({ tool_calls = [] }) => tool_calls.map(({ id }) => id)));
    const isWhole = kept.every(
      ({ role, tool_call_id: id }) => role !== "tool" || id === undefined || calls.has(id),
    );
    if (isWhole) return step;
  }
  return 0;
}

/** The opening with the mark at its end: in the user's own message, so that no two stand in a row. */
function marked(head: readonly Message[], steps: number): readonly Message[] {
  const last = head.at(-1);
  if (last?.role !== "user") return [...head, { role: "user", content: markOf(steps) }];
  return [...head.slice(0, -1), { ...last, content: `${last.content}\n\n${markOf(steps)}` }];
}
