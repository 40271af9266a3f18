/** Benchmark rows in the shape of the spine, and what the set's card says. */
import { UserError } from "../../errors.ts";
import type { CardText } from "../dataset/card.ts";
import type { Built, Skip } from "../dataset/example.ts";
import { counter } from "../dataset/stats.ts";
import type { SkippedRow, SpeedrunRow } from "./rows.ts";

/** A kept row as an example, a skipped one with the length of its patch. */
export function speedrunBuilt(
  made:
    | { readonly ok: true; readonly value: SpeedrunRow }
    | { readonly ok: false; readonly skipped: SkippedRow },
  groupBy: "repo" | "instance",
): Built {
  if (!made.ok) {
    const skip: Skip & SkippedRow = { ...made.skipped, length: made.skipped.patch_len };
    return { ok: false, skip };
  }
  const { instance_id, repo, prompt, response, response_source, label, label_by } = made.value;
  return {
    ok: true,
    example: {
      kind: "sft",
      prompt: [{ role: "user", content: prompt }],
      answer: response,
      group: groupBy === "repo" && repo !== "" ? repo : instance_id,
      metadata: {
        instance_id,
        repo,
        label,
        response_source: response_source ?? "",
        ...(label_by === undefined ? {} : { label_by }),
      },
    },
  };
}

/** What is left for test. @throws UserError for anything but a number from 0 to 1. */
export function testFraction(devSplit: string): number {
  const share = devSplit.trim() === "" ? NaN : Number(devSplit);
  if (share >= 0 && share <= 1) return 1 - share;
  throw new UserError(
    `speedrun: --dev-split is "${devSplit}"; expected a number from 0 to 1`,
    "for example --dev-split 0.9",
  );
}

export function speedrunCard(
  names: readonly string[],
  warning: readonly string[],
  byRule: boolean,
): CardText {
  return {
    title: "Benchmark rows as prompt and response",
    summary:
      "Issues of a SWE-bench style benchmark, each with what resolves it: a summary of the change, else the patch, else the test patch.",
    howMade: [
      "The response is change_summary, else patch, else test_patch; rows without one are in skipped.jsonl, or kept with the label FAILURE.",
      "Labels: FAILURE for an empty response or a row that says it is not resolved; SUCCESS for a row that says it is, or whose patch makes listed tests pass; UNKNOWN otherwise.",
      ...(byRule
        ? [
            "Rows that say nothing and hold a run are labelled by a rule over what the run did (label_by is rule): no verdict of a benchmark.",
          ]
        : []),
    ],
    sources: names.map((name) => ({ name, license: null })),
    limits: [
      ...warning.map((line) => line.replaceAll("!!!", "").trim()),
      "A row with the label FAILURE has no answer to learn: leave it out of supervised training.",
    ],
  };
}

export type SpeedrunCounts = {
  add(row: SpeedrunRow): void;
  /** Rows by label and by the field that the response is. */
  stats(): Readonly<Record<string, unknown>>;
};

export function speedrunCounts(): SpeedrunCounts {
  const labels = counter();
  const sources = counter();
  const by = counter();
  return {
    add(row) {
      labels.add(row.label);
      if (row.label_by !== undefined) by.add(row.label_by);
      sources.add(row.response_source ?? "none");
    },
    stats: () => ({
      labels: labels.counts(),
      response_sources: sources.counts(),
      ...(Object.keys(by.counts()).length === 0 ? {} : { labels_by: by.counts() }),
    }),
  };
}
