/** The frame of every page, and the small parts that pages share. hono/html escapes what is put in. */
import { html } from "hono/html";
import { visibleParts } from "../core/text/visible.ts";
import type { Links } from "./links.ts";
import { parseQuery } from "./query.ts";
import type { Piece } from "./ranges.ts";

export type Html = ReturnType<typeof html>;

export type Live = {
  /** Name of the stage that holds the workspace's lock; null: none runs. */
  readonly running: string | null;
  readonly turns: number;
  readonly judged: number;
  readonly reviewed: number;
  /** A checkpoint has challenged the king: there is a page to show of it. */
  readonly hasReign?: boolean;
};

/** The script's cue. */
export type PageKind =
  "list" | "duel" | "queue" | "report" | "reign" | "message" | "runs" | "compare";

export type Frame = {
  readonly title: string;
  readonly token: string;
  readonly kind: PageKind;
  readonly links: Links;
  /** null: a page about several workspaces. */
  readonly live: Live | null;
  /** Of the catalog: a page knows by it whether news are new to it. */
  readonly version: number;
  readonly blind: boolean;
  readonly body: Html;
  /** Right side of the top bar. */
  readonly tools?: Html;
};

export function framed(frame: Frame): Html {
  const { title, token, kind, links, version, body } = frame;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        ${links.isFixed ? html`<meta http-equiv="Content-Security-Policy" content="${FILE_POLICY}" />` : ""}
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${plain(title)} · Kingmaker</title>
        <link rel="icon" href="${links.asset("icon.svg")}" type="image/svg+xml" />
        <link rel="stylesheet" href="${links.asset("viewer.css")}" />
        ${kind === "report" || kind === "reign" || kind === "compare" || kind === "runs" ? html`<link rel="stylesheet" href="${links.asset("report.css")}" />` : ""}
        ${kind === "report" ? html`<script src="${links.asset("report.js")}" defer></script>` : ""}
        <script src="${links.asset("copy.js")}" defer></script>
        ${links.isFixed ? html`<script src="${links.asset("share.js")}" defer></script>` : html`<script src="${links.asset("viewer.js")}" type="module"></script>`}
      </head>
      <body
        data-kind="${kind}"
        data-base="${links.base}"
        data-token="${token}"
        data-version="${version}"
      >
        <a class="skip" href="#main">Skip to content</a>
        ${topBar(frame)}
        <main id="main" tabindex="-1">${body}</main>
        ${links.isFixed ? "" : helpDialog()}
      </body>
    </html>`;
}

/** What the top bar says about the workspace, and what a change of it is told to open pages. */
export function liveNews({ running, turns, judged, reviewed }: Live): {
  running: string | null;
  counts: string;
} {
  const people = reviewed === 0 ? "" : `, ${reviewed} by a person`;
  return { running, counts: `${judged} of ${turns} judged${people}` };
}

/** Text as it is, hidden characters as small tags. */
export function shown(text: string): readonly (Html | string)[] {
  return visibleParts(text).map((part) =>
    part.kind === "text"
      ? part.text
      : html`<span class="hid" title="hidden character">${part.text}</span>`,
  );
}

/** The same where only plain text may stand (titles, attributes). */
export function plain(text: string): string {
  return visibleParts(text)
    .map((part) => (part.kind === "text" ? part.text : `[${part.text}]`))
    .join("");
}

/** Marked pieces as spans. */
export function marked(pieces: readonly Piece[]): readonly Html[] {
  return pieces.map(({ text, names, title }) =>
    names.length === 0
      ? html`${shown(text)}`
      : names.includes("finding")
        ? html`<mark class="${names.join(" ")}" title="${title}">${shown(text)}</mark>`
        : html`<span class="${names.join(" ")}">${shown(text)}</span>`,
  );
}

export function chip(text: string, kind = ""): Html {
  return html`<span class="chip ${kind}">${shown(text)}</span>`;
}

/** A page that says one thing: what is missing, and what to run. What stands between backticks is set as code. */
export function messageBody(title: string, lines: readonly (string | Html)[]): Html {
  return html`<section class="message">
    <h1>${title}</h1>
    ${lines.map((line) => html`<p>${typeof line === "string" ? withCode(line) : line}</p>`)}
  </section>`;
}

const withCode = (line: string): Html[] =>
  line.split("`").map((part, at) => (at % 2 === 1 ? html`<code>${part}</code>` : html`${part}`));

// ---------------------------------------------------------------------------------------------

/** A copy runs its own script and loads its own files, from wherever it lies. */
const FILE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'";

function topBar({ kind, links, live, blind, tools }: Frame): Html {
  const news = live === null ? null : liveNews(live);
  const home = links.list(parseQuery(new URLSearchParams(blind ? "blind=1" : "")));
  const item = (href: string, name: string, isHere: boolean): Html =>
    html`<a href="${href}" ${isHere ? html`aria-current="page"` : ""}>${name}</a>`;
  const here = live === null;
  return html`<header class="top">
    <a class="brand" href="${here ? "/" : home}">Kingmaker</a>
    <nav aria-label="Pages">
      ${links.runs === null ? "" : item(links.runs, "Runs", kind === "runs")}
      ${here ? "" : item(home, "Duels", kind === "list")}
      ${here ? "" : item(links.report, "Report", kind === "report")}
      ${live?.hasReign === true ? item(links.reign, "Throne", kind === "reign") : ""}
      ${here || links.isFixed ? "" : item(links.queue, "Queue", kind === "queue")}
    </nav>
    <p id="live" class="live" role="status">
      ${news === null ? "" : html`${runningText(news.running)}<span>${news.counts}</span>`}
    </p>
    <div class="tools">
      ${tools ?? ""}
      ${links.isFixed ? "" : html`<button type="button" class="plain" data-key="?" title="Keys (?)">Keys</button>`}
    </div>
  </header>`;
}

function runningText(stage: string | null): Html | string {
  return stage === null ? "" : html`<b class="pulse">${stage} is running</b>`;
}

function helpDialog(): Html {
  return html`<dialog id="help" aria-labelledby="help-title">
    <h2 id="help-title">Keys</h2>
    <dl class="keys">
      ${KEYS.map(
        ([keys, what]) =>
          html`<div>
            <dt>${keys.map((key) => html`<kbd>${key}</kbd> `)}</dt>
            <dd>${what}</dd>
          </div>`,
      )}
    </dl>
    <form method="dialog"><button>Close</button></form>
  </dialog>`;
}

const KEYS: readonly (readonly [readonly string[], string])[] = [
  [["j", "k"], "next, previous duel"],
  [["Enter"], "open the selected duel"],
  [["1", "2", "0"], "left is better, right is better, draw"],
  [["f", "r", "d"], "put it in final, refined, defeat"],
  [["n"], "write a note"],
  [["u"], "undo the last change"],
  [["w"], "word differences on or off"],
  [["t"], "open the task"],
  [["h"], "more of the history"],
  [["e"], "long texts whole or cut"],
  [["c"], "its calls and requests on or off"],
  [["p"], "reference and pull request on or off"],
  [["b"], "blind mode on or off"],
  [["/"], "search"],
  [["Esc"], "back to the list, or close this"],
  [["?"], "this help"],
];
