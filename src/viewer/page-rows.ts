/** A turn as a row of the list: score and judges, name, both commands, what a search found, and chips. */
import { html } from "hono/html";
import { counted, points } from "../core/report/format.ts";
import type { Entry } from "./entry.ts";
import type { Excerpt } from "./excerpts.ts";
import type { Links } from "./links.ts";
import { chip, plain, shown, type Html } from "./page.ts";
import type { Query } from "./query.ts";
import { pieces } from "./ranges.ts";

export type RowOptions = {
  readonly query: Query;
  readonly links: Links;
  /** What the search found in it; absent: no search is on. */
  readonly excerpt?: Excerpt | undefined;
};

/** In blind mode a turn gives nothing away until a person has judged it. */
export function isRevealed({ row }: Entry, query: Pick<Query, "blind">): boolean {
  return (
    !query.blind || (row.review !== null && !row.review.outdated && row.review.verdict !== null)
  );
}

export function rowItem(entry: Entry, { query, links, excerpt }: RowOptions): Html {
  const { row, file, broken } = entry;
  const open = isRevealed(entry, query);
  const where = [
    row.repo,
    row.turn === null ? "" : `turn ${row.turn}`,
    file.replace(/\.json$/, ""),
  ];
  return html`<li class="row" data-file="${plain(file)}">
    <span class="score"
      >${open && broken.length === 0 ? scoreCell(entry) : html`<span class="none">·</span>`}</span
    >
    <a class="name" href="${links.duel(file, query)}"
      ><span class="id">${shown(row.instance_id === "" ? file : row.instance_id)}</span>
      <span class="sub">${shown(where.filter((part) => part !== "").join(" · "))}</span></a
    >
    ${open ? commandLine(entry) : ""} ${open && excerpt !== undefined ? excerptLine(excerpt) : ""}
    <span class="tags"
      >${broken.length > 0 ? html`<span class="chip bad" title="${plain(broken.join("\n"))}">broken file</span>` : ""}${open ? chips(entry) : ""}${personChip(row)}</span
    >
  </li>`;
}

// ---------------------------------------------------------------------------------------------

const STATES = {
  scored: "no bucket",
  pending: "pending",
  unparsed: "not parsed",
  unscored: "not judged",
} as const;

const PERSON = { 0: "draw", 1: "king", 2: "challenger" } as const;

function commandLine({ commands, opponent }: Entry): Html | string {
  if (commands.every((command) => command === "")) return "";
  return html`<span class="commands sub"
    >${commands.map((command, at) => html`<span>${at === 0 ? opponent : "challenger"}: ${shown(command)}</span>`)}</span
  >`;
}

function excerptLine({ where, text, marks }: Excerpt): Html {
  const parts = pieces(text, marks);
  return html`<span class="excerpt sub"
    >${where}:
    ${parts.map((part) => (part.names.length === 0 ? html`${shown(part.text)}` : html`<mark>${shown(part.text)}</mark>`))}</span
  >`;
}

function chips({ row, broken }: Entry): readonly (Html | string)[] {
  return [
    row.style === "" ? "" : chip(row.style, "style"),
    row.bucket === null ? "" : chip(row.bucket, row.bucket),
    row.bucket === null && broken.length === 0 ? chip(STATES[row.state], "quiet") : "",
    row.disqualified === null ? "" : chip(`lost: ${row.disqualified}`, "bad"),
    row.audit === "suspect" ? chip("suspect", "warn") : "",
    row.flips === 0
      ? ""
      : html`<span class="chip quiet" title="metric votes that changed with the order"
          >${counted(row.flips, "flip")}</span
        >`,
  ];
}

function scoreCell({ row }: Entry): Html {
  if (row.score === null) return html`<span class="none">–</span>`;
  const dots = row.judges.map((judge) => Math.round(judge.score * 0.64 * 10) / 10);
  return html`<b>${points(Math.round(row.score * 10) / 10)}</b
    ><svg class="strip" viewBox="-2 0 68 12" width="68" height="12" aria-hidden="true">
      <line class="rail" x1="0" y1="6" x2="64" y2="6" />
      <line class="mid" x1="32" y1="2" x2="32" y2="10" />
      ${dots.map((x) => html`<circle cx="${x}" cy="6" r="2.5" />`)}
    </svg>`;
}

function personChip({ review }: Entry["row"]): Html | string {
  if (review === null) return "";
  if (review.outdated) return chip("review outdated", "quiet");
  const words = [
    ...(review.verdict === null ? [] : [PERSON[review.verdict]]),
    ...(review.bucket === null ? [] : [review.bucket]),
    ...(review.note === "" ? [] : ["note"]),
  ];
  return words.length === 0 ? "" : chip(`person: ${words.join(", ")}`, "person");
}
