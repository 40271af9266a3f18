/** The events of a streamed reply of Anthropic's Messages API. */
import { fieldOf, parsedJson, textIn } from "./json-fields.ts";
import type { Listener } from "./listener.ts";

/** Whole once it said message_stop, or an error. */
export function messagesEvents(): Listener {
  const blocks = new Map<unknown, Record<string, unknown>>();
  const json = new Map<unknown, string>();
  let message: Record<string, unknown> = {};
  let usage: Record<string, unknown> = {};
  let isWhole = false;

  function add(index: unknown, delta: unknown): void {
    const block = blocks.get(index);
    if (block === undefined) return;
    const part = fieldOf(delta, "partial_json");
    if (typeof part === "string") json.set(index, (json.get(index) ?? "") + part);
    for (const name of SPOKEN) {
      const said = fieldOf(delta, name);
      if (typeof said === "string") block[name] = (textIn(block, name) ?? "") + said;
    }
  }

  function take(event: unknown): void {
    switch (textIn(event, "type") ?? "") {
      case "message_start":
        message = recordOf(fieldOf(event, "message"));
        usage = recordOf(message["usage"]);
        return;
      case "content_block_start":
        blocks.set(fieldOf(event, "index"), recordOf(fieldOf(event, "content_block")));
        return;
      case "content_block_delta":
        add(fieldOf(event, "index"), fieldOf(event, "delta"));
        return;
      case "message_delta":
        message = { ...message, ...recordOf(fieldOf(event, "delta")) };
        // Running totals: the last count holds.
        usage = { ...usage, ...recordOf(fieldOf(event, "usage")) };
        return;
      case "message_stop":
        isWhole = true;
        return;
      case "error":
        message = recordOf(event);
        isWhole = true;
        return;
      default:
    }
  }

  return {
    event(data) {
      const event = parsedJson(data);
      take(event);
      return event !== null || isWhole;
    },
    heard() {
      for (const [index, text] of json) {
        const block = blocks.get(index);
        if (block !== undefined && text !== "")
          block["input"] = parsedJson(text) ?? { input: text };
      }
      const body =
        message["error"] === undefined
          ? { ...message, content: [...blocks.values()], usage }
          : { ...message, usage };
      return { body, isWhole };
    },
  };
}

// ---------------------------------------------------------------------------------------------

const SPOKEN = ["text", "thinking", "signature"] as const;

const recordOf = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? { ...value } : {};
