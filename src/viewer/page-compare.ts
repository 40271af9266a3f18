/** Two runs beside each other: paired differences, what changed bucket, and both duels of one turn. */
import { html, raw } from "hono/html";
import { comparisonDocument, type Comparison, type Side } from "../core/report/compare.ts";
import { points } from "../core/report/format.ts";
import { blocksHtml } from "../core/report/html.ts";
import type { Answer } from "../records/answer.ts";
import type { Score } from "../records/score.ts";
import type { Entry } from "./entry.ts";
import type { Links } from "./links.ts";
import { answerHtml } from "./page-answer.ts";
import { judgesBlock } from "./page-judges.ts";
import { chip, shown, type Html } from "./page.ts";
import { parseQuery } from "./query.ts";

export function compareAddress(
  a: string,
  b: string,
  turn: readonly [string, string] | null,
): string {
  const params = new URLSearchParams({ a, b });
  if (turn !== null) {
    params.set("turn", turn[0]);
    if (turn[1] !== turn[0]) params.set("turn_b", turn[1]);
  }
  return `/compare?${params.toString()}`;
}

export function compareBody(a: Side, b: Side): Html {
  const linkOf = ({ file, file_b }: Comparison["moved"][number]): string =>
    compareAddress(a.name, b.name, [file, file_b]);
  const { title, blocks } = comparisonDocument(a, b, linkOf);
  return html`<div id="content" class="report">
    <p>
      <a href="/" data-key="Escape">All runs</a> ·
      <a href="${compareAddress(b.name, a.name, null)}" data-key="s">the other way round</a>
    </p>
    <h1>${shown(title)}</h1>
    ${raw(blocksHtml(blocks))}
  </div>`;
}

/** One run's duel of the turn. */
export type PairedDuel = {
  readonly name: string;
  readonly entry: Entry;
  readonly answer: Answer;
  readonly score: Score | null;
  readonly links: Links;
};

export function pairBody(a: PairedDuel, b: PairedDuel): Html {
  return html`<div id="content" class="duel two">
    <div class="head">
      <div>
        <h1>${shown(a.answer.instance_id)}</h1>
        <p class="sub">${shown(a.answer.repo ?? "")}, turn ${a.entry.row.turn ?? "–"}</p>
      </div>
      <nav class="steps" aria-label="Comparison">
        <a href="${compareAddress(a.name, b.name, null)}" data-key="Escape"
          >${shown(a.name)} and ${shown(b.name)}</a
        >
      </nav>
    </div>
    ${answersOf("Challenger", [a, b], (duel) => duel.answer.challenger)}
    ${answersOf("King", [a, b], (duel) => duel.answer.king)}
    ${[a, b].map(
      ({ name, score, links }) =>
        html`<h2>${shown(name)}</h2>
          ${score === null ? html`<p class="empty">Not judged yet.</p>` : judgesBlock(score, links, `Judges of ${name}`)}`,
    )}
  </div>`;
}

// ---------------------------------------------------------------------------------------------

function answersOf(
  who: string,
  duels: readonly PairedDuel[],
  textOf: (duel: PairedDuel) => string,
): Html {
  return html`<section class="answers" aria-label="${who}">
    <h2>${who}</h2>
    <div class="sides">
      ${duels.map((duel) => {
        const { name, entry, links } = duel;
        const href = links.duel(entry.file, parseQuery(new URLSearchParams()));
        const text = textOf(duel);
        return html`<article class="side" aria-label="${who} of ${name}">
          <h3>
            <a href="${href}">${shown(name)}</a> ${points(entry.row.score)}
            ${entry.row.bucket === null ? "" : chip(entry.row.bucket, entry.row.bucket)}
          </h3>
          ${text === "" ? html`<p class="empty">There is no answer yet.</p>` : answerHtml(text, [], { href })}
        </article>`;
      })}
    </div>
  </section>`;
}
