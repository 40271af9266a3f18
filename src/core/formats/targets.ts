/** What runs are written as. A file of its own: flags are read before a writer is loaded. */

export const TARGETS = ["openai", "atif", "sharegpt"] as const;
export type Target = (typeof TARGETS)[number];
