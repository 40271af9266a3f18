/** The end of a turn's history, and links to more of it. */
import { html } from "hono/html";
import { shellCommandOf } from "../core/turn/calls.ts";
import type { Message, ToolCall } from "../records/message.ts";
import type { DuelInput } from "./duel-input.ts";
import { longText } from "./page-answer.ts";
import { shown, type Html } from "./page.ts";
import { FIRST_SHOWN, queryText } from "./query.ts";

export function historyBlock(
  messages: readonly Message[],
  { entry, query, view }: DuelInput,
): Html {
  const shownCount = Math.min(view.history, messages.length);
  const from = messages.length - shownCount;
  const path = `/duel/${encodeURIComponent(entry.file)}`;
  const more = (history: number): string =>
    `${path}${queryText(query, {}, { ...view, history })}#history`;
  return html`<section class="history" id="history" aria-label="History">
    <div class="bar">
      <h2>History</h2>
      <span class="sub"
        >${messages.length}
        messages${from === 0 ? "" : shownCount === 0 ? ", folded" : `, the last ${shownCount} shown`}</span
      >
      ${
        from > 0
          ? html`<a href="${more(shownCount + STEP)}" data-key="h">${Math.min(STEP, from)} more</a>
              <a href="${more(Infinity)}" data-key="H">all</a>`
          : ""
      }
      ${shownCount > FIRST_SHOWN ? html`<a href="${more(FIRST_SHOWN)}">fold</a>` : ""}
    </div>
    ${messages.slice(from).map(
      (message, index) =>
        html`<article class="said ${ROLE_CLASSES[message.role] ?? "other"}">
          <h3>
            ${shown(message.role)} <span class="sub">${from + index + 1}${resultOf(message)}</span>
          </h3>
          ${
            message.reasoning === undefined
              ? ""
              : html`<details>
                  <summary>reasoning</summary>
                  ${longText(message.reasoning)}
                </details>`
          }
          ${message.content === "" && message.tool_calls !== undefined ? "" : longText(message.content)}
          ${(message.tool_calls ?? []).map(callBlock)}
        </article>`,
    )}
  </section>`;
}

/** A call: its tool and id, and what it was given. */
function callBlock(call: ToolCall): Html {
  const { id, name, arguments: args } = call;
  const given = typeof args === "string" ? args : JSON.stringify(args, null, 2);
  return html`<figure class="command">
    <figcaption>${shown(name)} <span class="sub">${shown(id)}</span></figcaption>
    <pre class="text code" tabindex="0">${shown(shellCommandOf(call) ?? given)}</pre>
  </figure>`;
}

function resultOf({ role, name, tool_call_id: id }: Message): Html | string {
  const of = [name, id].filter((part) => part !== undefined && part !== "").join(", ");
  return role === "tool" && of !== "" ? html` · result of ${shown(of)}` : "";
}

const STEP = 6;

const ROLE_CLASSES: Readonly<Record<string, string>> = {
  system: "system",
  user: "user",
  assistant: "assistant",
};
