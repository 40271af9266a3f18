/**
 * What every training-set builder hands to the spine: examples of three kinds, or a reason why a
 * source row gives none. Formats turn examples into lines; nothing here knows where rows came from.
 */
import type { Message } from "../../records/message.ts";
import type { Format } from "./format-names.ts";

/**
 * Flat, with the same keys and types in every row of a set. No null: a file that holds nulls alone tells a
 * loader no type, so what is not known is "" or, of a number, -1. Numbers are whole but for `REAL_KEYS`.
 */
export type Metadata = Readonly<Record<string, string | number | boolean>>;

type Base = {
  /** The conversation up to the answer; never empty. */
  readonly prompt: readonly Message[];
  /** Rows of one group are on one side of the split: the repository, or the instance. */
  readonly group: string;
  readonly metadata: Metadata;
  /** JSON schemas of the tools that the answer may call; absent: it has none. */
  readonly tools?: readonly unknown[];
  /** Its messages say by their weight what is learned of them: a whole run. */
  readonly isWeighted?: boolean;
  /** The formats that it is for; absent: all that take its kind. */
  readonly formats?: readonly Format[];
  /** Of an answer whose row says how it ended: good or bad; null: nobody knows. Absent: as its kind says. */
  readonly label?: boolean | null;
  /** What only a teacher may see; it stands in rows of the format `privileged` and nowhere else. */
  readonly privileged?: string;
};

/** One step of a run: an assistant's turn, with what came back before it. */
export type Step = {
  readonly text: string;
  /** Won, lost; null: drawn or never judged. */
  readonly label: boolean | null;
  /** The turn's score, 0..1; null: never judged. */
  readonly reward: number | null;
};

/**
 * `sft`: an answer to learn. `negative`: an answer that is labelled bad; only `kto` has a place for
 * it. `preference`: two answers to one prompt. `stepwise`: the steps of a run with their scores. Answers are what the assistant says, as readable text; those
 * that call tools stand in `said` as well, as the messages that they are.
 */
export type Example =
  | (Base & {
      readonly kind: "sft" | "negative";
      readonly answer: string;
      readonly said?: { readonly answer?: Message | undefined };
    })
  | (Base & {
      readonly kind: "preference";
      readonly chosen: string;
      readonly rejected: string;
      readonly said?: {
        readonly chosen?: Message | undefined;
        readonly rejected?: Message | undefined;
      };
    })
  | (Base & { readonly kind: "stepwise"; readonly steps: readonly Step[] });

/** A source row that gives no example: one line of skipped.jsonl. */
export type Skip = {
  readonly instance_id: string;
  /** From the builder's closed union. */
  readonly reason: string;
  /** Which source fields there were: {has_patch: true}. */
  readonly source_fields: Readonly<Record<string, boolean>>;
  /** Characters of what would have been learned. */
  readonly length: number;
};

/** One step of a builder's stream. */
export type Built =
  { readonly ok: true; readonly example: Example } | { readonly ok: false; readonly skip: Skip };

/** The answers with their calls, where they have any, in the order of their columns. */
export function saidBy(example: Example): readonly Message[] {
  const of = (text: string, message: Message | undefined): Message =>
    message ?? { role: "assistant", content: text };
  switch (example.kind) {
    case "preference":
      return [
        of(example.chosen, example.said?.chosen),
        of(example.rejected, example.said?.rejected),
      ];
    case "stepwise":
      return example.steps.map(({ text }) => of(text, undefined));
    case "sft":
    case "negative":
      return [of(example.answer, example.said?.answer)];
    default:
      return example satisfies never;
  }
}

/** What `kto` says of an answer. */
export const answerLabel = ({ kind, label }: Example): boolean => label ?? kind === "sft";

/** The answers of an example, in the order of their columns. */
export function answersOf(example: Example): readonly string[] {
  switch (example.kind) {
    case "preference":
      return [example.chosen, example.rejected];
    case "stepwise":
      return example.steps.map(({ text }) => text);
    case "sft":
    case "negative":
      return [example.answer];
    default:
      return example satisfies never;
  }
}
