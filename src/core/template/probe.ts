/** What is rendered before the first row, so that a template that cannot be used is told at once. */
import type { RawRender, RenderJob } from "./render.ts";

const ASKED = [
  { role: "user", content: "Which file counts the lines?" },
  { role: "assistant", content: "The file count.py does." },
];

/** A plain conversation, with and without a system message: what every template of chats can render. */
export const PROBES: readonly RenderJob[] = [
  { messages: [{ role: "system", content: "You answer in one line." }, ...ASKED] },
  { messages: ASKED },
];

/** The engine's words when it can render none of the probes; null: it can. A refusal is an answer. */
export function probeFault(answers: readonly RawRender[]): string | null {
  const faults = answers.flatMap((answer) => ("fault" in answer ? [answer.fault] : []));
  return faults.length === answers.length ? (faults[0] ?? null) : null;
}
