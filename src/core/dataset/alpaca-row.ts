/** Alpaca's columns: the last question, its answer, and earlier turns in pairs, so that nothing has to be guessed back. */
import type { Message } from "../../records/message.ts";
import { alternates } from "./history.ts";

/** null: turns do not alternate between user and assistant, ending on the user. */
export function alpacaRow(
  prompt: readonly Message[],
  answer: Message,
): Readonly<Record<string, unknown>> | null {
  const [first] = prompt;
  const hasSystem = first?.role === "system";
  const turns = hasSystem ? prompt.slice(1) : prompt;
  const last = turns.at(-1);
  if (last === undefined || last.role !== "user" || !alternates(turns)) return null;
  const history: [string, string][] = [];
  for (let at = 0; at + 2 < turns.length; at += 2) {
    history.push([textOf(turns[at]), textOf(turns[at + 1])]);
  }
  return {
    instruction: textOf(last),
    input: "",
    output: textOf(answer),
    system: hasSystem ? textOf(first) : "",
    history,
  };
}

/** Prompt and answer of such a row; null for anything else. */
export function readAlpaca(
  row: Readonly<Record<string, unknown>>,
): { readonly prompt: Message[]; readonly output: string } | null {
  const { instruction, input, output, system, history } = row;
  if (typeof instruction !== "string" || typeof output !== "string" || !Array.isArray(history)) {
    return null;
  }
  const prompt: Message[] = [];
  if (typeof system === "string" && system !== "") prompt.push({ role: "system", content: system });
  for (const pair of history as unknown[]) {
    if (!Array.isArray(pair)) return null;
    prompt.push({ role: "user", content: String(pair[0]) });
    prompt.push({ role: "assistant", content: String(pair[1]) });
  }
  const more = typeof input === "string" && input !== "" ? `\n${input}` : "";
  prompt.push({ role: "user", content: instruction + more });
  return { prompt, output };
}

// ---------------------------------------------------------------------------------------------

const textOf = (message: Message | undefined): string => (message?.content ?? "").toWellFormed();
