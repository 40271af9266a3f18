/** The task in one line, the end of a turn's history beside each other, and links to more of it. */
import { html } from "hono/html";
import { counted } from "../core/report/format.ts";
import { shellCommandOf } from "../core/turn/calls.ts";
import type { Message, ToolCall } from "../records/message.ts";
import type { DuelInput } from "./duel-input.ts";
import { answerHtml, longText, type Cut } from "./page-answer.ts";
import { duelAddress, historyCut } from "./page-links.ts";
import { shown, type Html } from "./page.ts";
import { FIRST_SHOWN } from "./query.ts";

/** What the run was asked: its first words of a user, one line that opens. */
export function taskBlock(messages: readonly Message[], input: DuelInput): Html | string {
  const task = messages.find(({ role }) => role === "user")?.content ?? "";
  if (task.trim() === "") return "";
  return html`<details class="task">
    <summary data-key="t"><b>Task</b> <span>${shown(lineOf(task))}</span></summary>
    ${longText(task, historyCut(input), "markdown")}
  </details>`;
}

export function historyBlock(messages: readonly Message[], input: DuelInput): Html {
  const { view, links } = input;
  const shownCount = Math.min(view.history, messages.length);
  const from = messages.length - shownCount;
  const more = (history: number): string => `${duelAddress(input, { history })}#history`;
  const cut = historyCut(input);
  return html`<section class="history" id="history" aria-label="History">
    <div class="bar">
      <h2>History</h2>
      <span class="sub"
        >${counted(messages.length, "message")}${from === 0 ? "" : shownCount === 0 ? ", folded" : `, the last ${shownCount} shown`}</span
      >
      ${
        from > 0 && !links.isFixed
          ? html`<a href="${more(shownCount + STEP)}" data-key="h">${Math.min(STEP, from)} more</a>
              <a href="${more(Infinity)}" data-key="H">all</a>`
          : ""
      }
      ${shownCount > FIRST_SHOWN ? html`<a href="${more(FIRST_SHOWN)}">fold</a>` : ""}
    </div>
    <div class="${shownCount <= FIRST_SHOWN ? "messages pair" : "messages"}">
      ${messages.slice(from).map((message, index) => messageBlock(message, from + index + 1, cut))}
    </div>
  </section>`;
}

// ---------------------------------------------------------------------------------------------

const STEP = 6;
const LINE = 300;

function messageBlock(message: Message, number: number, cut: Cut): Html {
  const { role, content, reasoning, tool_calls: calls } = message;
  const isAnswer = role === "assistant";
  return html`<details open class="said ${ROLE_CLASSES[role] ?? "other"}">
    <summary>${shown(role)} <span class="sub">${number}${resultOf(message)}</span></summary>
    ${
      reasoning === undefined
        ? ""
        : html`<details class="reasoning">
            <summary>reasoning</summary>
            ${longText(reasoning, cut)}
          </details>`
    }
    ${content === "" && calls !== undefined ? "" : isAnswer ? answerHtml(content, [], cut) : longText(content, cut)}
    ${(calls ?? []).map((call) => callBlock(call, cut))}
  </details>`;
}

/** A call: its tool and id, and what it was given. */
function callBlock(call: ToolCall, cut: Cut): Html {
  const { id, name, arguments: args } = call;
  const given = typeof args === "string" ? args : JSON.stringify(args, null, 2);
  const command = shellCommandOf(call);
  return html`<figure class="command">
    <figcaption>
      ${shown(name)} <span class="sub">${shown(id)}</span>
      <button type="button" class="copy">copy</button>
    </figcaption>
    ${longText(command ?? given, cut, command === null ? "json" : "bash")}
  </figure>`;
}

function lineOf(text: string): string {
  // Cut first: a task may hold a megabyte.
  return text
    .slice(0, 4 * LINE)
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, LINE);
}

function resultOf({ role, name, tool_call_id: id }: Message): Html | string {
  const of = [name, id].filter((part) => part !== undefined && part !== "").join(", ");
  return role === "tool" && of !== "" ? html` · result of ${shown(of)}` : "";
}

const ROLE_CLASSES: Readonly<Record<string, string>> = {
  system: "system",
  user: "user",
  assistant: "assistant",
};
