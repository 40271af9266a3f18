/** Answers of a server that plays king, challenger and judges: the judges prefer the challenger. */
import type { ChatBody } from "./llm-server.ts";

/** A call of the first tool that the request lists, in the form that it asks for. */
function callIn(request: ChatBody, words: string): string {
  const text = request.messages.map(({ content }) => content).join("\n");
  const listed = /one JSON object a line:\n(\{.*\})/.exec(text)?.[1];
  if (listed === undefined) return `${words} That is all.`;
  const tool = JSON.parse(listed) as { name: string; parameters: { required?: string[] } };
  const needed = tool.parameters.required ?? [];
  const args = Object.fromEntries(needed.map((key) => [key, "src"]));
  const call = JSON.stringify({ name: tool.name, arguments: args });
  return `${words}\n\n\`\`\`tool_call\n${call}\n\`\`\``;
}

const KING = "First I look around.";
export const CHALLENGER = "One more look at the source before anything is changed.";

export function answerOf(request: ChatBody): string {
  if (request.model === "king") return callIn(request, KING);
  if (request.model === "challenger") return callIn(request, CHALLENGER);
  const text = request.messages.at(-1)?.content ?? "";
  const vote = text.indexOf(CHALLENGER) < text.indexOf(KING) ? 1 : 2;
  return JSON.stringify({
    ...Object.fromEntries(
      ["correctness", "grounding", "progress", "protocol", "efficiency"].map((m) => [m, vote]),
    ),
    reason: "The better one looks at what is there.",
  });
}
