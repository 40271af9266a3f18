/** A rule by what stands before a value. */
import type { GramRule } from "./grams.ts";

export type NamedRule = GramRule & {
  readonly kind: string;
  /** In lower case: every match begins with one of them. */
  readonly begins: readonly string[];
  /** Sticky; has one group a way of writing it: the value, which is the last that it matches. */
  readonly pattern: RegExp;
  readonly isReal: (value: string, whole: string) => boolean;
};
