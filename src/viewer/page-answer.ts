/**
 * An answer's text: prose apart from the command, either highlighted in its language (prose as Markdown,
 * whose signs stay: marks of audit and word differences count the characters as they were written), and
 * long texts cut, with the number of characters that are left out.
 */
import { html } from "hono/html";
import { fencesOf } from "../core/turn/fences.ts";
import { highlightMarks } from "./highlight.ts";
import { marked, shown, type Html } from "./page.ts";
import { pieces, type Mark } from "./ranges.ts";

/** Where all of a text is to be had (href null: nowhere from here); null: it is shown whole. */
export type Cut = {
  readonly href: string | null;
  /** Characters that are shown; @default 8000 */
  readonly most?: number;
} | null;

/** `marks`: offsets in `text`. */
export function answerHtml(text: string, marks: readonly Mark[], cut: Cut = null): Html {
  const parts: (Html | string)[] = [];
  let at = 0;
  for (const fence of fencesOf(text).slice(0, cut === null ? Infinity : MOST_BLOCKS)) {
    parts.push(prose(text, at, fence.start, marks, cut));
    const bodyStart = bodyOf(text, fence.start);
    const bodyEnd = Math.min(text.length, bodyStart + fence.body.length);
    const shownEnd = cut === null ? bodyEnd : Math.min(bodyEnd, bodyStart + mostOf(cut));
    const syntax = shifted(highlightMarks(fence.body, fence.language), bodyStart);
    parts.push(
      html`<figure class="command">
        <figcaption>
          ${fence.language === "" ? "block" : shown(fence.language)}${fence.closed ? "" : ", not closed"}
          <button type="button" class="copy">copy</button>
        </figcaption>
        <pre
          class="text code"
          tabindex="0"
        ><code>${marked(pieces(text, [...syntax, ...marks], bodyStart, shownEnd))}</code></pre>
        ${more(bodyEnd - shownEnd, cut)}
      </figure>`,
    );
    at = fence.end;
  }
  parts.push(prose(text, at, text.length, marks, cut));
  return html`${parts}`;
}

/** Any text in a box that scrolls when it is long. */
export function longText(text: string, cut: Cut = null, language = "none"): Html {
  const end = cut === null ? text.length : Math.min(text.length, mostOf(cut));
  const syntax = highlightMarks(text, language);
  return html`<pre class="text" tabindex="0">${marked(pieces(text, syntax, 0, end))}</pre>
    ${more(text.length - end, cut)}`;
}

// ---------------------------------------------------------------------------------------------

/** Characters of one text that a page shows at first. */
const MOST_SHOWN = 8000;
/** Blocks of one answer that a page shows at first; what follows them is shown as prose. */
const MOST_BLOCKS = 20;

const mostOf = (cut: NonNullable<Cut>): number => cut.most ?? MOST_SHOWN;

function more(left: number, cut: Cut): Html | string {
  if (cut === null || left <= 0) return "";
  return cut.href === null
    ? html`<p class="more">${left} characters more are not in this copy</p>`
    : html`<p class="more"><a href="${cut.href}">${left} characters more</a></p>`;
}

function prose(
  text: string,
  from: number,
  to: number,
  marks: readonly Mark[],
  cut: Cut,
): Html | string {
  const slice = text.slice(from, to);
  const start = from + (slice.length - slice.trimStart().length);
  const end = from + slice.trimEnd().length;
  if (end <= start) return "";
  const last = cut === null ? end : Math.min(end, start + mostOf(cut));
  const syntax = shifted(highlightMarks(text.slice(start, end), "markdown"), start);
  const inner = marked(pieces(text, [...syntax, ...marks], start, last));
  return html`<div class="text thought" tabindex="0">${inner}</div>
    ${more(end - last, cut)}`;
}

function shifted(marks: readonly Mark[], by: number): Mark[] {
  return marks.map((mark) => ({ ...mark, start: mark.start + by, end: mark.end + by }));
}

/** Where the line after the opening fence begins. */
function bodyOf(text: string, start: number): number {
  const newline = text.indexOf("\n", start);
  return newline === -1 ? text.length : newline + 1;
}
