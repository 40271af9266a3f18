/** What a detector hands over: a place in the answer, how heavy it is, and where the PR has it. */
export type Kind =
  | "identifier"
  | "constant"
  | "string"
  | "path"
  | "line"
  | "code"
  | "test"
  | "phrase"
  | "claim"
  | "act";

export type Evidence = {
  readonly kind: Kind;
  /** [start, end) in UTF-16 units of the answer. */
  readonly start: number;
  readonly end: number;
  /** 2 is enough for `leak` by itself, 1 for `suspect`. */
  readonly weight: number;
  /** Quotes the PR. */
  readonly evidence: string;
};
