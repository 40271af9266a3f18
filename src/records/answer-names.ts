/** The answers of a turn that can be played on. Alone, so that a command's flags load nothing else. */
export const ANSWERS = ["challenger", "king", "reference"] as const;
export type AnswerName = (typeof ANSWERS)[number];
