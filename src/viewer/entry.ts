/** One turn as the viewer's list knows it, made of its answer, its score and a person's review. Pure. */
import { z } from "zod";
import type { BucketRules } from "../core/duel/bucket.ts";
import { turnRow, type TurnRow } from "../core/report/turn-row.ts";
import { fencesOf } from "../core/turn/fences.ts";
import { auditSchema } from "../records/answer.ts";
import { runLabelField } from "../records/prompt.ts";
import type { Review } from "../records/review.ts";
import type { Score } from "../records/score.ts";

export type Entry = {
  readonly file: string;
  /** Relative to the workspace: "answer/a.json". */
  readonly path: string;
  readonly row: TurnRow;
  /** Of the pair that the panel judged; null: not judged. */
  readonly pairHash: string | null;
  /** Characters of the king's (mode 1: the reference's) and the challenger's answer. */
  readonly lengths: readonly [number, number];
  /** Whom the challenger stands against. */
  readonly opponent: "king" | "reference";
  /** The first line of the command of either; of a call its name and arguments in one line. */
  readonly commands: readonly [string, string];
  /** Why the files cannot be read, one sentence each; empty when they can. */
  readonly broken: readonly string[];
};

export type EntryRules = { readonly bucket: BucketRules; readonly mode: 1 | 2 };

/** Just what the list needs: the history is not checked here, it is when the turn is opened. */
export const listedAnswer = z.looseObject({
  instance_id: z.string(),
  king: z.string(),
  challenger: z.string(),
  assistant: z.string(),
  repo: z.string().optional(),
  turn: z.int().optional(),
  ...runLabelField,
  audit: auditSchema.optional(),
});
export type ListedAnswer = Readonly<z.infer<typeof listedAnswer>>;

export type EntryInput = {
  readonly file: string;
  readonly path: string;
  /** null: it cannot be read. */
  readonly answer: ListedAnswer | null;
  readonly score: Score | null;
  readonly review: Review | null;
  readonly broken: readonly string[];
};

export function entryOf(input: EntryInput, rules: EntryRules): Entry {
  const { file, path, score, review, broken } = input;
  const answer = input.answer ?? EMPTY;
  const row = turnRow({ file, answer, score, review }, rules.bucket, rules.mode);
  const opponent = rules.mode === 1 ? answer.assistant : answer.king;
  return {
    file,
    path,
    row,
    pairHash: score?.pair_hash ?? null,
    lengths: [opponent.length, answer.challenger.length],
    opponent: rules.mode === 1 ? "reference" : "king",
    commands: [commandOf(opponent), commandOf(answer.challenger)],
    broken,
  };
}

/**
 * What the search looks through, lower case: what stays as long as the answer does, and what judges and
 * people said.
 */
export function searchTexts({ file, answer, score, review }: EntryInput): [string, string] {
  const { instance_id, repo, king, challenger, assistant } = answer ?? EMPTY;
  const own = [file, instance_id, repo ?? score?.repo ?? "", king, challenger, assistant];
  const said = [...(score?.judges ?? []).map(({ reason }) => reason), review?.note ?? ""];
  return [own.join("\n").toLowerCase(), said.join("\n").toLowerCase()];
}

// ---------------------------------------------------------------------------------------------

const EMPTY: ListedAnswer = { instance_id: "", king: "", challenger: "", assistant: "" };

function commandOf(text: string): string {
  const [block] = fencesOf(text);
  if (block === undefined) return "";
  // A call is set over several lines, of which the first says nothing.
  if (block.language === "json")
    return block.body.slice(0, 1_000).trim().replace(/\s+/g, " ").slice(0, 160);
  return (block.body.trim().split("\n", 1)[0] ?? "").slice(0, 160);
}
