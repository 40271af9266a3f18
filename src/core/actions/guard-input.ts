/** What the guard's hook is given: a shell command as it is, or a tool call as JSON. */
import { refusalOf, refusalOfCall } from "./only-looks.ts";

/** null: it only looks. Nothing at all is refused: a hook that is fed nothing is set up wrongly. */
export function refusalOfInput(input: string): string | null {
  const text = input.trim();
  if (text === "") return "nothing came on stdin";
  if (!text.startsWith("{") || !/^\{\s*"/.test(text)) return refusalOf(text);
  try {
    const call: unknown = JSON.parse(text);
    if (typeof call === "object" && call !== null && !Array.isArray(call))
      return refusalOfCall(Object.fromEntries(Object.entries(call)));
  } catch {
    // Not JSON: a group of commands begins with a brace too.
  }
  return refusalOf(text);
}
