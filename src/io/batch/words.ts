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
  return `${counted(count, "item")} ${count === 1 ? "waits" : "wait"} for results of ${files} in engine/${stage}/; run the same command again ${when}`;
}

/** Why the stage ends here where nothing that it wrote has left. */
export function unsentWords(waiting: ReadonlyMap<number, number>): string {
  const count = [...waiting.values()].reduce((sum, n) => sum + n, 0);
  return `${counted(count, "item")} written down and not sent; run the same command again to send them`;
}

/** What this process asks itself although another engine is set: at another price, and at once. */
export function onlineWords(
  { config }: Pick<BatchOptions, "config">,
  count: number,
): string | null {
  const { name, online_below } = config.engine;
  if (count === 0 || name === "local") return null;
  const how = name === "batch" ? "one by one at the full price" : "by this process";
  return `${counted(count, "item")}, fewer than [engine].online_below = ${online_below}, asked ${how} although the engine is "${name}"; 0 there sends any number`;
}

/** A line for one request file; null where what is to be mended says it already. */
export function fileWords(
  { stage }: Pick<BatchOptions, "stage">,
  n: number,
  count: number,
  desk: Desk | null,
): string | null {
  const path = requestsPath(stage, n);
  const engine = engineOf(desk, n);
  const has = desk?.past.out.get(n)?.words;
  const unsent = desk?.unsent.get(n);
  if (unsent !== undefined)
    return unsent === null
      ? `${path}: ${counted(count, "line")} to go out with the next run`
      : null;
  if (engine === "batch")
    return `${path}: ${counted(count, "line")} waiting ${has === undefined ? "to be sent" : `for ${has}`}`;
  if (engine === "ray") return `${path}: ${counted(count, "line")} waiting for the Ray job`;
  const out = `engine/${stage}/results-${n}.jsonl`;
  return `${path}: ${counted(count, "line")} waiting. Run them, e.g. \`vllm run-batch -i ${path} -o /tmp/results-${n}.jsonl --model MODEL\`, and move the results to ${out} when they are complete: what they lack is asked again at once`;
}

// ---------------------------------------------------------------------------------------------

const engineOf = (desk: Desk | null, n: number): string => desk?.engines.get(n) ?? "batch-file";

// ---------------------------------------------------------------------------------------------

const counted = (n: number, what: string): string => `${n} ${what}${n === 1 ? "" : "s"}`;
