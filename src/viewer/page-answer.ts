/** An answer's text: prose apart from the command, the command highlighted, marks of all layers on top. */
import { html } from "hono/html";
import { fencesOf } from "../core/turn/fences.ts";
import { marked, shown, type Html } from "./page.ts";
import { pieces, type Mark } from "./ranges.ts";
import { shellTokens } from "./shell-highlight.ts";

/** `marks`: offsets in `text`. */
export function answerHtml(text: string, marks: readonly Mark[]): Html {
  const parts: (Html | string)[] = [];
  let at = 0;
  for (const fence of fencesOf(text)) {
    parts.push(prose(text, at, fence.start, marks));
    const bodyStart = bodyOf(text, fence.start);
    const bodyEnd = Math.min(text.length, bodyStart + fence.body.length);
    const syntax = SHELL.has(fence.language)
      ? shellTokens(fence.body).map(({ start, end, kind }) => ({
          start: bodyStart + start,
          end: bodyStart + end,
          name: kind,
        }))
      : [];
    parts.push(
      html`<figure class="command">
        <figcaption>
          ${fence.language === "" ? "block" : shown(fence.language)}${fence.closed ? "" : ", not closed"}
        </figcaption>
        <pre
          class="text code"
          tabindex="0"
        ><code>${marked(pieces(text, [...syntax, ...marks], bodyStart, bodyEnd))}</code></pre>
      </figure>`,
    );
    at = fence.end;
  }
  parts.push(prose(text, at, text.length, marks));
  return html`${parts}`;
}

/** Any text in a box that scrolls when it is long. */
export function longText(text: string): Html {
  return html`<pre class="text" tabindex="0">${shown(text)}</pre>`;
}

// ---------------------------------------------------------------------------------------------

const SHELL: ReadonlySet<string> = new Set(["bash", "sh", "shell", "mswea_bash_command", ""]);

function prose(text: string, from: number, to: number, marks: readonly Mark[]): Html | string {
  const slice = text.slice(from, to);
  const start = from + (slice.length - slice.trimStart().length);
  const end = from + slice.trimEnd().length;
  return end <= start
    ? ""
    : html`<div class="text thought">${marked(pieces(text, marks, start, end))}</div>`;
}

/** Where the line after the opening fence begins. */
function bodyOf(text: string, start: number): number {
  const newline = text.indexOf("\n", start);
  return newline === -1 ? text.length : newline + 1;
}
