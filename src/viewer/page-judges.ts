/** What every judge said, a row an order: votes by metric, the reason, the raw reply. */
import { html } from "hono/html";
import { points } from "../core/report/format.ts";
import { countingReplies, judgeViews } from "../core/report/verdicts.ts";
import { METRICS, type Judgement, type Metric, type Score } from "../records/score.ts";
import { longText } from "./page-answer.ts";
import { shown, type Html } from "./page.ts";

export function judgesBlock(score: Score): Html {
  if (score.disqualified !== null) {
    const { reason, detail } = score.disqualified;
    return html`<section class="judges" aria-label="Judges">
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
  return html`<section class="judges" aria-label="Judges">
    <h2>
      Judges
      <span class="sub"
        >votes in the challenger's view; a ring marks a vote that changed with the order</span
      >
    </h2>
    ${score.pending > 0 ? html`<p class="box">${score.pending} verdicts are still to come.</p>` : ""}
    ${models.length === 0 ? html`<p class="empty">No judge has been asked yet.</p>` : ""}
    ${models.map((model) => {
      const view = views.find((judge) => judge.model === model);
      return html`<article class="judge">
        <h3>
          ${shown(model)}
          <span class="sub">${view === undefined ? "could not be read" : points(view.score)}</span>
        </h3>
        <div class="scroll">
          <table>
            <thead>
              <tr>
                <th scope="col">shown first</th>
                ${METRICS.map((metric) => html`<th scope="col" class="vote">${metric}</th>`)}
                <th scope="col">reason</th>
              </tr>
            </thead>
            <tbody>
              ${replies
                .filter((reply) => reply.model === model)
                .map((reply) => replyRow(reply, view === undefined ? [] : flipped(view.replies)))}
            </tbody>
          </table>
        </div>
      </article>`;
    })}
  </section>`;
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

function replyRow(reply: Judgement, flips: readonly Metric[]): Html {
  const { metrics } = reply;
  return html`<tr>
    <th scope="row">${reply.order === "king_first" ? "king" : "challenger"}</th>
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
      ${reply.unread === null ? shown(reply.reason) : html`<span class="bad">not read: ${shown(reply.unread)}</span>`}
      <details>
        <summary>raw reply</summary>
        ${reply.reasoning === null || reply.reasoning === "" ? "" : longText(reply.reasoning)}${longText(reply.raw)}
      </details>
    </td>
  </tr>`;
}

const VOTES: ReadonlyMap<number, { readonly word: string; readonly sign: string }> = new Map([
  [1, { word: "win", sign: "win" }],
  [0.5, { word: "draw", sign: "=" }],
  [0, { word: "loss", sign: "loss" }],
]);
