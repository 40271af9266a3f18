/** The queue of blind reviews: how far it is, the next turn, and what the reviews say of the panel. */
import { html } from "hono/html";
import type { ClusterBy } from "../core/duel/cluster-by.ts";
import { queueSentences } from "../core/people/reviews.ts";
import { counted } from "../core/report/format.ts";
import { peopleOf } from "../core/report/people.ts";
import { agreementText, reviewedTurns } from "../core/report/story-turns.ts";
import { asTyped, type Typing } from "../core/text/typed-command.ts";
import type { Entry } from "./entry.ts";
import type { Links } from "./links.ts";
import { messageBody, type Html } from "./page.ts";
import { QUEUE_QUERY, type QueueTurns } from "./queue-turns.ts";

export type QueueInput = {
  readonly entries: readonly Entry[];
  readonly clusterBy: ClusterBy;
  readonly links: Links;
  readonly typing: Typing;
};

export function queueBody(
  turns: QueueTurns | null,
  { entries, clusterBy, links, typing }: QueueInput,
): Html {
  if (turns === null) {
    return messageBody("No queue is drawn", [
      asTyped(
        "Run `npm run queue -- --n 100`: it draws judged turns for people, and asks no model.",
        typing,
      ),
    ]);
  }
  const { queue, files, passedOver } = turns;
  const rows = new Map(entries.map(({ file, row }) => [file, row]));
  const isReviewed = (file: string): boolean => {
    const review = rows.get(file)?.review;
    return review != null && !review.outdated && review.verdict !== null;
  };
  const done = files.filter(isReviewed).length;
  const next = files.find((file) => !isReviewed(file));
  const all = [...rows.values()];
  const drawn = all.filter((row) => files.includes(row.file));
  const panel = peopleOf(drawn, clusterBy).panel;
  const sentences = queueSentences(reviewedTurns(all, clusterBy), queue);
  return html`<section class="message queue" id="content">
    <h1>Blind reviews</h1>
    <p><b>${done} of ${files.length}</b> drawn turns are reviewed.</p>
    <progress max="${Math.max(1, files.length)}" value="${done}" aria-label="Reviewed"></progress>
    ${passedOver === 0 ? "" : html`<p class="sub">${counted(passedOver, "drawn turn")} passed over: gone or edited since the draw.</p>`}
    ${
      next === undefined
        ? html`<p>All of them are reviewed.</p>`
        : html`<p>
            <a class="go" href="${links.duel(next, QUEUE_QUERY)}" data-key="j" rel="next"
              >${done === 0 ? "Begin" : "Go on"}</a
            >
            <span class="sub">who is who is shown once you have said who is better</span>
          </p>`
    }
    ${
      done === 0
        ? ""
        : html`<h2>People and panel</h2>
            <p>${agreementText(panel)}</p>`
    }
    ${sentences.map((sentence) => html`<p class="sub">${sentence}.</p>`)}
  </section>`;
}
