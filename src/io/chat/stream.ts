/**
 * A reply that came as a stream of events, put together as if it had come whole, so that one set of rules
 * reads both. Nothing of a stream counts before its end is there: text in, one body out. Pure, and linear.
 */
import type { Heard, Listener } from "./listener.ts";
import { chatEvents } from "./stream-chat.ts";
import { messagesEvents } from "./stream-messages.ts";
import { responsesEvents } from "./stream-responses.ts";

export const STREAMS = {
  chat: chatEvents,
  responses: responsesEvents,
  messages: messagesEvents,
} as const;

/** @param stream a text/event-stream, from its beginning, as far as it came */
export function hear(stream: string, listener: Listener): Heard {
  const text = withLineFeeds(stream);
  let data: string | null = null;
  let ended = -1;
  let between = "";
  let lines = 0;
  let broken = 0;
  let isTorn = false;
  const tell = (isComplete: boolean): void => {
    // Some servers keep a connection alive with events of nothing.
    if (data !== null && data !== "" && !listener.event(data)) {
      broken++;
      if (isComplete && isMeantAsJson(data)) isTorn = true;
    }
    data = null;
    lines = 0;
  };
  for (let at = text.startsWith(BYTE_ORDER_MARK) ? 1 : 0; at < text.length;) {
    let end = text.indexOf("\n", at);
    if (end < 0) end = text.length;
    if (text.startsWith("data:", at)) {
      const from = text.charCodeAt(at + 5) === SPACE ? at + 6 : at + 5;
      const line = text.slice(from, end);
      // Known between events of one line each alone: there the same bytes mean the same again.
      between = data === null && ended >= 0 ? text.slice(ended, from) : "";
      ended = end;
      data = data === null ? line : `${data}\n${line}`;
      lines++;
    } else if (end === at && data !== null) {
      tell(true);
      const next = between === "" ? ended : (listener.run?.(text, ended, between) ?? ended);
      if (next > ended) {
        ended = next;
        end = text.indexOf("\n", ended);
      }
    }
    const why = lines > MOST_LINES ? LONG_EVENT : broken > MOST_BROKEN ? NO_JSON : null;
    if (why !== null) return { ...listener.heard(), isWhole: false, why };
    at = end + 1;
  }
  // The last event may lack its empty line. One that the connection's end cut says nothing: whether the reply
  // is whole, the events before it say.
  tell(false);
  // What a broken event said is lost, and the rest reads as well without it. Heard to the end for its counts.
  return isTorn ? { ...listener.heard(), isWhole: false, why: TORN } : listener.heard();
}

// ---------------------------------------------------------------------------------------------

/** Of one event. APIs write JSON on one line; a pretty printer takes one a value. */
const MOST_LINES = 1 << 16;
/** Events that are no JSON. Servers keep alive with a few words: a stream of them says nothing, and takes minutes to hear. */
const MOST_BROKEN = 1000;
const LONG_EVENT = `one of its events has more than ${MOST_LINES} lines`;
const NO_JSON = `more than ${MOST_BROKEN} of its events are no JSON`;
const TORN = "an event of it is no JSON";

const SPACE = 32;
const BYTE_ORDER_MARK = "\uFEFF";

/** Lines may end in a line feed, a carriage return, or both (HTML standard, 9.2.5); JSON has neither in a text. */
const withLineFeeds = (text: string): string =>
  text.includes("\r") ? text.replaceAll("\r\n", "\n").replaceAll("\r", "\n") : text;

/** Words ("ping") are said to keep a connection alive; the mark of an end stands in streams of every API. */
const isMeantAsJson = (data: string): boolean => /^\s*[{[]/.test(data) && data.trim() !== "[DONE]";
