/** What is said of request files that wait: who has them, when to come back, what to run on them. */
import type { BatchOptions, Desk } from "./desk.ts";
import { requestsPath } from "./maps.ts";

/** Why the stage ends here: for whose results items wait, and when the command is run again. */
export function waitWords(
  { stage }: Pick<BatchOptions, "stage">,
  waiting: ReadonlyMap<number, number>,
  desk: Desk | null,
): string {
  const count = [...waiting.values()].reduce((sum, n) => sum + n, 0);
  const numbers = [...waiting.keys()].sort((a, b) => a - b);
  const files = numbers.map((n) => `requests-${n}.jsonl`).join(", ");
  const until = numbers.flatMap((n) => desk?.past.out.get(n)?.until ?? []).sort();
  const engines = new Set(numbers.map((n) => engineOf(desk, n)));
  const others = [...engines].filter((name) => name !== "batch" && name !== "ray");
  const when =
    others.length > 0
      ? "when these are complete"
      : engines.has("batch")
        ? `later (${until.at(-1) === undefined ? "a batch takes up to a day" : `the last of them ends by ${until.at(-1)} at the latest`}), or with --wait`
        : "to go on";
  return `${count} items wait for results of ${files} in engine/${stage}/; run the same command again ${when}`;
}

/** A line for one request file. */
export function fileWords(
  { stage }: Pick<BatchOptions, "stage">,
  n: number,
  count: number,
  desk: Desk | null,
): string {
  const path = requestsPath(stage, n);
  const engine = engineOf(desk, n);
  const has = desk?.past.out.get(n)?.words;
  if (engine === "batch")
    return `${path}: ${count} lines wait ${has === undefined ? "to be sent" : `for ${has}`}`;
  if (engine === "ray") return `${path}: ${count} lines wait for the Ray job`;
  const out = `engine/${stage}/results-${n}.jsonl`;
  return `${path}: ${count} lines wait. Run them, e.g. \`vllm run-batch -i ${path} -o /tmp/results-${n}.jsonl --model MODEL\`, and move the results to ${out} when they are complete: what they lack is asked again at once`;
}

// ---------------------------------------------------------------------------------------------

const engineOf = (desk: Desk | null, n: number): string => desk?.engines.get(n) ?? "batch-file";
