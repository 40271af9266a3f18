/** A rule by what stands before a value. */
import type { GramRule } from "./grams.ts";

export type NamedRule = GramRule & {
  readonly kind: string;
  /** In lower case: every match begins with one of them. */
  readonly begins: readonly string[];
  /** Sticky; has one group a way of writing it: the value, which is the last that it matches. */
  readonly pattern: RegExp;
  /** Sticky, with the value as its one group: how a refused match may go on, from where its value stands. */
  readonly again?: RegExp;
  readonly isReal: (value: string, whole: string) => boolean;
};

/** Ends of names that say where a secret lies or how long it is, not what it is: SECRET_KEY_FILE. */
export const NO_SECRET =
  "(?:FILE|PATH|DIR|CACHE|URL|NAME|TYPE|TTL|LENGTH|LIMIT|SIZE|COUNT|PREFIX|HEADER)";
