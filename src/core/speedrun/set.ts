/** Benchmark rows in the shape of the spine, and what the set's card says. */
import { UserError } from "../../errors.ts";
import type { CardText } from "../dataset/card.ts";
import type { Built, Skip } from "../dataset/example.ts";
import type { Format } from "../dataset/format-names.ts";
import { withProvenance } from "../dataset/provenance.ts";
import { labelledAnswer, withoutFormat, type LabelledAnswer } from "../label/labelled.ts";
import type { RunLabel } from "../../records/prompt.ts";
import { counter } from "../dataset/stats.ts";
import type { SkippedRow, SpeedrunMade, SpeedrunRow } from "./rows.ts";

export type LabelsAsked = {
  readonly formats: readonly Format[];
  /** Labels that the person named; null: none. */
  readonly labels: ReadonlySet<RunLabel> | null;
};

/** A kept row of whose label no format asked for has a place is skipped for its label. */
export function forFormats(made: SpeedrunMade, { formats, labels }: LabelsAsked): SpeedrunMade {
  if (!made.ok) return made;
  const { value, source_fields, patch_len } = made;
  const reason = withoutFormat(value.label, answerOf(value, labels), formats);
  if (reason === null) return made;
  return {
    ok: false,
    skipped: { instance_id: value.instance_id, reason, source_fields, patch_len },
  };
}

export type BuiltAs = {
  readonly groupBy: "repo" | "instance";
  readonly labels: ReadonlySet<RunLabel> | null;
  /** The data sets or files that the rows were read from. */
  readonly origin: string;
};

/** A kept row as an example, a skipped one with the length of its patch. */
export function speedrunBuilt(made: SpeedrunMade, { groupBy, labels, origin }: BuiltAs): Built {
  if (!made.ok) {
    const skip: Skip & SkippedRow = { ...made.skipped, length: made.skipped.patch_len };
    return { ok: false, skip };
  }
  const { instance_id, repo, prompt, response, response_source, label, label_by } = made.value;
  return {
    ok: true,
    example: {
      ...answerOf(made.value, labels),
      prompt: [{ role: "user", content: prompt }],
      answer: response,
      group: groupBy === "repo" && repo !== "" ? repo : instance_id,
      metadata: withProvenance(
        {
          instance_id,
          repo,
          label,
          response_source: response_source ?? "",
          ...(label_by === undefined ? {} : { label_by }),
        },
        // Patches of a benchmark are people's.
        { run: "", turn: -1, origin, models: "" },
      ),
    },
  };
}

/** A FAILURE is an answer to learn where --label names it, or where --include-empty keeps it. */
function answerOf(
  { label, response_source }: SpeedrunRow,
  labels: ReadonlySet<RunLabel> | null,
): LabelledAnswer {
  return labelledAnswer(label, labels?.has("FAILURE") === true || response_source === null);
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
      "A FAILURE is an answer to learn only where --label names it (or --include-empty kept it); kto has it with label false, and leaves UNKNOWN out.",
      ...(byRule
        ? [
            "Rows that say nothing and hold a run are labelled by a rule over what the run did (label_by is rule): no verdict of a benchmark.",
          ]
        : []),
    ],
    sources: names.map((name) => ({ name, license: null })),
    limits: [
      ...warning.map((line) => line.replaceAll("!!!", "").trim()),
      "The label of a row is what its source says, or what its tests promise: nothing was run again.",
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
