/** What every judge said in one table, a row a judge and order: votes by metric, the reason, the raw reply. */
import { html } from "hono/html";
import { points } from "../core/report/format.ts";
import { countingReplies, judgeViews, type JudgeView } from "../core/report/verdicts.ts";
import { METRICS, type Judgement, type Metric, type Score } from "../records/score.ts";
import type { Links } from "./links.ts";
import { longText } from "./page-answer.ts";
import { shown, type Html } from "./page.ts";

/** `name`: what the part is called, where a page has several. */
export function judgesBlock(score: Score, links: Links, name = "Judges"): Html {
  if (score.disqualified !== null) {
    const { reason, detail } = score.disqualified;
    return html`<section class="judges" aria-label="${name}">
      <h2>Judges</h2>
      <p class="box bad">
        The challenger lost this turn before a judge was asked:
        ${shown(reason)}${detail === "" ? "" : html`, ${shown(detail)}`}
      </p>
    </section>`;
  }
  const replies = countingReplies(score);
  const models = [...new Set(replies.map((reply) => reply.model))];
  const views = judgeViews(score);
  return html`<section class="judges" aria-label="${name}">
    <h2>
      Judges
      <span class="sub"
        >votes in the challenger's view; a ring marks a vote that changed with the order</span
      >
    </h2>
    ${score.pending > 0 ? html`<p class="box">${score.pending} verdicts are still to come.</p>` : ""}
    ${
      models.length === 0
        ? html`<p class="empty">No judge has been asked yet.</p>`
        : html`<div class="scroll" tabindex="0">
            <table>
              <thead>
                <tr>
                  <th scope="col">judge</th>
                  <th scope="col">shown first</th>
                  ${METRICS.map((metric) => html`<th scope="col" class="vote">${metric}</th>`)}
                  <th scope="col">reason</th>
                </tr>
              </thead>
              <tbody>
                ${models.map((model) => {
                  const view = views.find((judge) => judge.model === model);
                  return replies
                    .filter((reply) => reply.model === model)
                    .map((reply) =>
                      replyRow(reply, view, { mode: score.mode, isFixed: links.isFixed }),
                    );
                })}
              </tbody>
            </table>
          </div>`
    }
  </section>`;
}

/** A reason in which "Model 1" says who that was: the judge knew the candidates by their place alone. */
export function seatTagged(
  reason: string,
  order: Judgement["order"],
  mode: 1 | 2,
): readonly (Html | string)[] {
  const opponent = mode === 1 ? "reference" : "king";
  const [first, second] =
    order === "king_first" ? [opponent, "challenger"] : ["challenger", opponent];
  return reason
    .split(/(\b(?:model|answer|candidate|response)[ \u00A0]?[12]\b)/i)
    .map((part, at) => {
      if (at % 2 === 0) return html`${shown(part)}`;
      const who = part.endsWith("1") ? first : second;
      return html`${part}
        <span class="seat ${who === "challenger" ? "challenger" : "king"}">${who}</span>`;
    });
}

// ---------------------------------------------------------------------------------------------

function flipped(
  replies: readonly { readonly metrics: Readonly<Record<Metric, number>> }[],
): readonly Metric[] {
  const [one, other] = replies;
  return one === undefined || other === undefined
    ? []
    : METRICS.filter((metric) => one.metrics[metric] !== other.metrics[metric]);
}

function replyRow(
  reply: Judgement,
  view: JudgeView | undefined,
  { mode, isFixed }: { readonly mode: 1 | 2; readonly isFixed: boolean },
): Html {
  const { metrics, order } = reply;
  const flips = view === undefined ? [] : flipped(view.replies);
  return html`<tr>
    <th scope="row">
      ${shown(reply.model)}
      <span class="sub">${view === undefined ? "could not be read" : points(view.score)}</span>
    </th>
    <td class="order">
      ${order === "challenger_first" ? "challenger" : mode === 1 ? "reference" : "king"}
    </td>
    ${METRICS.map((metric) => {
      if (metrics === null) return html`<td class="vote" data-metric="${metric}">–</td>`;
      const vote = VOTES.get(metrics[metric]) ?? { word: "draw", sign: "=" };
      return html`<td
        class="vote ${vote.word} ${flips.includes(metric) ? "flip" : ""}"
        data-metric="${metric}"
      >
        <span title="${vote.word}">${vote.sign}</span>
      </td>`;
    })}
    <td class="reason">
      ${reply.unread === null ? seatTagged(reply.reason, order, mode) : html`<span class="bad">not read: ${shown(reply.unread)}</span>`}
      ${isFixed ? "" : rawReply(reply)}
    </td>
  </tr>`;
}

function rawReply({ reasoning, raw }: Judgement): Html {
  return html`<details>
    <summary>raw reply</summary>
    ${reasoning === null || reasoning === "" ? "" : longText(reasoning)}${longText(raw)}
  </details>`;
}

const VOTES: ReadonlyMap<number, { readonly word: string; readonly sign: string }> = new Map([
  [1, { word: "win", sign: "win" }],
  [0.5, { word: "draw", sign: "=" }],
  [0, { word: "loss", sign: "loss" }],
]);
