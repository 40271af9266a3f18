/** One duel: its parts in order, its head, and the switches of the top bar. */
import { html } from "hono/html";
import { points } from "../core/report/format.ts";
import { METRICS } from "../records/score.ts";
import type { Entry } from "./entry.ts";
import type { DuelInput } from "./duel-input.ts";
import { callsBlock } from "./page-calls.ts";
import { historyBlock, taskBlock } from "./page-history.ts";
import { judgesBlock } from "./page-judges.ts";
import { pageOf } from "./page-list.ts";
import { isRevealed } from "./page-rows.ts";
import { reviewBar } from "./page-review.ts";
import { answersBlock, findingsBlock, hiddenBlock } from "./page-sides.ts";
import { duelAddress } from "./page-links.ts";
import { chip, plain, shown, type Html } from "./page.ts";
import type { DuelView, Query } from "./query.ts";

export function duelBody(input: DuelInput): Html {
  const { entry, answer, score, view, query, links } = input;
  const open = isRevealed(entry, query);
  return html`<div id="content" class="duel" data-file="${entry.file}">
    ${headBlock(input, open)}
    <div class="before">
      ${taskBlock(answer.messages, input)} ${historyBlock(answer.messages, input)}
    </div>
    ${answersBlock(input, open)} ${open && score !== null ? judgesBlock(score, links) : ""}
    ${open ? findingsBlock(answer) : ""}
    ${open && input.calls !== null ? callsBlock(input.calls, input) : ""}
    ${view.hidden ? hiddenBlock(input) : ""} ${links.isFixed ? "" : reviewBar(input, open)}
  </div>`;
}

/** Switches of the top bar. */
export function duelTools(input: Pick<DuelInput, "entry" | "query" | "view" | "links">): Html {
  const { entry, query, view, links } = input;
  const to = (change: Partial<DuelView>): string => duelAddress(input, change);
  const toggle = (href: string, key: string, text: string, isOn: boolean): Html =>
    html`<a
      class="toggle"
      role="switch"
      aria-checked="${isOn ? "true" : "false"}"
      href="${href}"
      data-key="${key}"
      >${text}</a
    >`;
  const otherSight: Query = {
    ...query,
    queue: false,
    blind: !query.blind,
    sort: query.blind ? "score" : "file",
  };
  const json = `${links.base}/duel/${encodeURIComponent(entry.file)}/json`;
  return html`${toggle(to({ diff: !view.diff }), "w", "Word diff", view.diff)}
  ${toggle(to({ whole: !view.whole }), "e", "Whole texts", view.whole)}
  ${isRevealed(entry, query) ? html`<a class="plain" href="${json}" download="${plain(entry.file)}">JSON</a>` : ""}
  ${isRevealed(entry, query) ? toggle(to({ calls: !view.calls }), "c", "Calls", view.calls) : ""}
  ${toggle(to({ hidden: !view.hidden }), "p", "Reference and PR", view.hidden)}
  ${toggle(links.duel(entry.file, otherSight, view), "b", "Blind", query.blind)}`;
}

// ---------------------------------------------------------------------------------------------

function headBlock({ entry, answer, place, query, links }: DuelInput, open: boolean): Html {
  const { row } = entry;
  const link = (file: string | null, key: string, text: string): Html =>
    file === null
      ? html`<span class="off">${text}</span>`
      : html`<a
          href="${links.duel(file, query)}"
          data-key="${key}"
          rel="${key === "j" ? "next" : "prev"}"
          >${text}</a
        >`;
  return html`<div class="head">
    <div>
      <h1>${shown(answer.instance_id)}</h1>
      <p class="sub">
        ${shown(answer.repo ?? "")}${row.turn === null ? "" : ` · turn ${row.turn}`} ·
        <span class="file">${shown(entry.path)}</span>
      </p>
    </div>
    <nav class="steps" aria-label="Duels">
      ${link(place.previous, "k", "← Previous")}
      <a
        href="${query.queue ? links.queue : links.list(query, { page: pageOf(place.at) })}"
        data-key="Escape"
        >${place.at === 0 ? "not in the list" : `${place.at} of ${place.of}`}</a
      >
      ${link(place.next, "j", "Next →")}
    </nav>
    ${open ? scoreStrip(entry) : html`<p class="strip-note">Blind: which answer is whose, the scores and the judges are shown once you have given a verdict.</p>`}
    ${entry.broken.map((why) => html`<p class="box bad">${shown(why)}</p>`)}
  </div>`;
}

function scoreStrip({ row }: Entry): Html {
  return html`<div class="figures">
    <p class="figure">
      <b>${points(row.score)}</b> <span title="score of the challenger">challenger</span>
    </p>
    ${row.bucket === null ? chip("no bucket", "quiet") : chip(row.bucket, row.bucket)}
    <span class="why" title="${plain(row.reason)}">${shown(row.reason)}</span>
    ${
      row.metrics === null
        ? ""
        : html`<dl class="metrics">
            ${METRICS.map(
              (metric) =>
                html`<div>
                  <dt>${metric}</dt>
                  <dd>
                    <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
                      <rect class="track" width="100" height="6" />
                      <rect class="fill" width="${row.metrics?.[metric] ?? 0}" height="6" />
                    </svg>
                    ${points(row.metrics?.[metric])}
                  </dd>
                </div>`,
            )}
          </dl>`
    }
  </div>`;
}
