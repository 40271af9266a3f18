/** A text as a pattern that matches it alone: what means something in a pattern is taken as it stands. */
export const literalPattern = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
