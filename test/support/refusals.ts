/** Refusals of real services and gateways with what should come of them: test/fixtures/refusals/. */
import { readFileSync } from "node:fs";

export type Refused = {
  readonly who: string;
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** "settings", "context", "item" or "retry"; several with "|" between. */
  readonly want: string;
};

/** `recorded`: seen on the wire; `made`: worded after what services are known to say. */
export const refusals = (name: "recorded" | "made"): readonly Refused[] =>
  readFileSync(`test/fixtures/refusals/${name}.jsonl`, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Refused);
