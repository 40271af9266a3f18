/** The kinds of failure that a repair set tells apart. */
export const CATEGORIES = [
  "patch_apply",
  "timeout",
  "environment",
  "syntax",
  "import",
  "attribute_type",
  "assertion",
  "flaky",
  "runtime",
] as const;
export type Category = (typeof CATEGORIES)[number];
