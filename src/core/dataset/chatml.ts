/** ChatML, the markup of `<|im_start|>` and `<|im_end|>`: written and parsed back. */
import type { Message } from "../../records/message.ts";
import type { RenderText } from "./format-reasons.ts";

const START = "<|im_start|>";
const END = "<|im_end|>";
const RESERVED = [START, END, "<|endoftext|>"];

/**
 * One text of all turns, a line feed between two of them: behind the last it would hide the end token from
 * trainers, which add a second one. A content that holds a token of the markup is
 * refused: escaped it would teach a spelling that no model is ever shown.
 */
export const renderChatml: RenderText = (messages) => {
  let text = "";
  for (const { role, content } of messages) {
    if (content.includes("<|") && RESERVED.some((token) => content.includes(token))) {
      return { reason: "special_token" };
    }
    text += `${text === "" ? "" : "\n"}${START}${role}\n${content}${END}`;
  }
  return text;
};

/** The turns of a text that `renderChatml` wrote; null for anything else. */
export function parseChatml(text: string): Message[] | null {
  const messages: Message[] = [];
  let at = 0;
  while (at < text.length) {
    if (!text.startsWith(START, at)) return null;
    const newline = text.indexOf("\n", at);
    const next = text.indexOf(`${END}\n${START}`, at);
    const end = next < 0 && text.endsWith(END) ? text.length - END.length : next;
    if (newline < 0 || end < newline) return null;
    messages.push({
      role: text.slice(at + START.length, newline),
      content: text.slice(newline + 1, end),
    });
    at = end + END.length + 1;
  }
  return messages;
}
