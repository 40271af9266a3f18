/** One duel: history, both answers side by side, verdict bar, judges, audit, and what is hidden at first. */
import { html } from "hono/html";
import { points } from "../core/report/format.ts";
import { VERDICT_WORDS } from "../core/report/person.ts";
import type { Answer } from "../records/answer.ts";
import { BUCKETS } from "../records/exported.ts";
import type { Message } from "../records/message.ts";
import type { PullRequest } from "../records/pull-request.ts";
import type { Review } from "../records/review.ts";
import { METRICS, type Score } from "../records/score.ts";
import type { Entry } from "./catalog.ts";
import { answerHtml, longText } from "./page-answer.ts";
import { judgesBlock } from "./page-judges.ts";
import { duelLink, isRevealed } from "./page-list.ts";
import { chip, plain, shown, type Html } from "./page.ts";
import { FIRST_SHOWN, queryText, type DuelView, type Query } from "./query.ts";
import type { Mark } from "./ranges.ts";
import { wordDiff } from "./word-diff.ts";

export type DuelInput = {
  readonly entry: Entry;
  readonly answer: Answer;
  readonly score: Score | null;
  readonly review: Review | null;
  /** Read only when it is to be shown. */
  readonly pr: PullRequest | null;
  readonly query: Query;
  readonly view: DuelView;
  readonly token: string;
  readonly mode: 1 | 2;
  /** Blind: the challenger stands left. */
  readonly swapped: boolean;
  readonly place: {
    readonly at: number;
    readonly of: number;
    readonly previous: string | null;
    readonly next: string | null;
  };
};

export function duelBody(input: DuelInput): Html {
  const { entry, answer, score, view, query } = input;
  const open = isRevealed(entry, query);
  return html`<div id="content" class="duel">
    ${headBlock(input, open)} ${historyBlock(answer.messages, input)} ${answersBlock(input, open)}
    ${reviewBar(input, open)} ${open && score !== null ? judgesBlock(score) : ""}
    ${open ? findingsBlock(answer) : ""} ${view.hidden ? hiddenBlock(input) : ""}
  </div>`;
}

/** Switches of the top bar. */
export function duelTools({
  entry,
  query,
  view,
}: Pick<DuelInput, "entry" | "query" | "view">): Html {
  const path = `/duel/${encodeURIComponent(entry.file)}`;
  const to = (change: Partial<DuelView>): string =>
    `${path}${queryText(query, {}, { ...view, ...change })}`;
  const toggle = (href: string, key: string, text: string, isOn: boolean): Html =>
    html`<a
      class="toggle"
      role="switch"
      aria-checked="${isOn ? "true" : "false"}"
      href="${href}"
      data-key="${key}"
      >${text}</a
    >`;
  return html`${toggle(to({ diff: !view.diff }), "w", "Word diff", view.diff)}
  ${toggle(to({ hidden: !view.hidden }), "p", "Reference and PR", view.hidden)}
  ${toggle(`${path}${queryText({ ...query, blind: !query.blind, sort: query.blind ? "score" : "file" }, {}, view)}`, "b", "Blind", query.blind)}`;
}

// ---------------------------------------------------------------------------------------------

function headBlock({ entry, answer, place, query }: DuelInput, open: boolean): Html {
  const { row } = entry;
  const link = (file: string | null, key: string, text: string): Html =>
    file === null
      ? html`<span class="off">${text}</span>`
      : html`<a
          href="${duelLink(file, query)}"
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
      <a href="/${queryText(query)}" data-key="Escape"
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
    <p class="figure"><b>${points(row.score)}</b> <span>score of the challenger</span></p>
    ${row.bucket === null ? chip("no bucket", "quiet") : chip(row.bucket, row.bucket)}
    <span class="why">${shown(row.reason)}</span>
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

function historyBlock(messages: readonly Message[], { entry, query, view }: DuelInput): Html {
  const shownCount = Math.min(view.history, messages.length);
  const from = messages.length - shownCount;
  const path = `/duel/${encodeURIComponent(entry.file)}`;
  const more = (history: number): string =>
    `${path}${queryText(query, {}, { ...view, history })}#history`;
  return html`<section class="history" id="history" aria-label="History">
    <div class="bar">
      <h2>History</h2>
      <span class="sub"
        >${messages.length}
        messages${from === 0 ? "" : shownCount === 0 ? ", folded" : `, the last ${shownCount} shown`}</span
      >
      ${
        from > 0
          ? html`<a href="${more(shownCount + STEP)}" data-key="h">${Math.min(STEP, from)} more</a>
              <a href="${more(Infinity)}" data-key="H">all</a>`
          : ""
      }
      ${shownCount > FIRST_SHOWN ? html`<a href="${more(FIRST_SHOWN)}">fold</a>` : ""}
    </div>
    ${messages.slice(from).map(
      (message, index) =>
        html`<article class="said ${ROLE_CLASSES[message.role] ?? "other"}">
          <h3>${shown(message.role)} <span class="sub">${from + index + 1}</span></h3>
          ${longText(message.content)}
          ${message.tool_calls === undefined ? "" : html`<pre class="text code" tabindex="0">${shown(JSON.stringify(message.tool_calls, null, 2))}</pre>`}
        </article>`,
    )}
  </section>`;
}

const STEP = 6;

const ROLE_CLASSES: Readonly<Record<string, string>> = {
  system: "system",
  user: "user",
  assistant: "assistant",
};

function answersBlock({ answer, mode, view, query, swapped }: DuelInput, open: boolean): Html {
  const opponent = {
    who: mode === 1 ? "Reference" : "King",
    text: mode === 1 ? answer.assistant : answer.king,
    model: mode === 1 ? "" : (answer.king_run?.model ?? ""),
    marks: [] as readonly Mark[],
    kind: "king",
    malformed: mode === 1 ? null : (answer.king_run?.malformed ?? null),
  };
  const challenger = {
    who: "Challenger",
    text: answer.challenger,
    model: answer.challenger_run?.model ?? "",
    marks: open ? findingMarks(answer) : [],
    kind: "challenger",
    malformed: answer.challenger_run?.malformed ?? null,
  };
  const [left, right] = query.blind && swapped ? [challenger, opponent] : [opponent, challenger];
  const diff = view.diff ? wordDiff(left.text, right.text) : null;
  return html`<section class="answers" aria-label="Answers">
    ${view.diff && diff === null ? html`<p class="box">The answers are too different to be compared word by word.</p>` : ""}
    <div class="sides">
      ${[left, right].map((side, at) => {
        const name = open ? side.who : `Answer ${at === 0 ? "A" : "B"}`;
        const marks = [...side.marks, ...(diff === null ? [] : at === 0 ? diff.left : diff.right)];
        return html`<article class="side ${open ? side.kind : ""}" aria-label="${name}">
          <h2>${name} ${open ? html`<span class="sub">${shown(side.model)}</span>` : ""}</h2>
          ${open && side.malformed !== null ? html`<p class="box bad">malformed: ${shown(side.malformed.reason)}</p>` : ""}
          ${side.text === "" ? html`<p class="empty">There is no answer yet.</p>` : answerHtml(side.text, marks)}
        </article>`;
      })}
    </div>
  </section>`;
}

function reviewBar(
  { entry, query, view, token, review, mode, swapped, score }: DuelInput,
  open: boolean,
): Html {
  const outdated = entry.row.review?.outdated === true;
  const current = outdated ? null : review;
  const back = queryText(query, {}, view);
  const king = mode === 1 ? "Reference" : "King";
  const names = open
    ? query.blind && swapped
      ? ["Challenger", king]
      : [king, "Challenger"]
    : ["A", "B"];
  const seatOf = {
    0: "draw",
    1: query.blind && swapped ? "right" : "left",
    2: query.blind && swapped ? "left" : "right",
  } as const;
  const seat = current?.verdict == null ? null : seatOf[current.verdict];
  const button = (kind: string, value: string, key: string, text: string, isOn: boolean): Html =>
    html`<button
      name="value"
      value="${value}"
      form="f-${kind}"
      data-key="${key}"
      aria-pressed="${isOn ? "true" : "false"}"
    >
      <kbd>${key}</kbd> ${text}
    </button>`;
  const form = (kind: string): Html =>
    html`<form
      class="bare"
      id="f-${kind}"
      method="post"
      action="/review/${encodeURIComponent(entry.file)}"
    >
      <input type="hidden" name="kind" value="${kind}" /><input
        type="hidden"
        name="token"
        value="${token}"
      /><input type="hidden" name="back" value="${back}" />
    </form>`;
  return html`<section class="review" aria-label="Your verdict">
    ${form("verdict")}${form("bucket")}
    <div class="group">
      ${button("verdict", "left", "1", `${names[0] ?? ""} is better`, seat === "left")}
      ${button("verdict", "draw", "0", "Draw", seat === "draw")}
      ${button("verdict", "right", "2", `${names[1] ?? ""} is better`, seat === "right")}
    </div>
    <div class="group">
      ${BUCKETS.map((bucket) => button("bucket", bucket, bucket[0] ?? "", bucket, current?.bucket === bucket))}
    </div>
    <form class="note" method="post" action="/review/${encodeURIComponent(entry.file)}">
      <input type="hidden" name="kind" value="note" /><input
        type="hidden"
        name="token"
        value="${token}"
      /><input type="hidden" name="back" value="${back}" />
      <label class="sr" for="note">Note</label>
      <input
        id="note"
        name="value"
        value="${plain(review?.note ?? "")}"
        placeholder="Note (n), Enter saves"
        autocomplete="off"
        maxlength="10000"
      />
    </form>
    <form method="post" action="/undo">
      <input type="hidden" name="token" value="${token}" /><input
        type="hidden"
        name="back"
        value="${back}"
      /><button data-key="u"><kbd>u</kbd> Undo</button>
    </form>
    <p class="said-so" role="status">
      ${
        outdated
          ? "Your earlier review was about another pair of answers: it counts for nothing."
          : current === null
            ? ""
            : html`${`Saved: ${reviewWords(current)}.`}${open && score !== null && entry.row.bucket === null ? " The turn did not parse: it is in no bucket all the same." : ""}`
      }
    </p>
  </section>`;
}

function reviewWords({ verdict, bucket, note }: Review): string {
  return [
    ...(verdict === null ? [] : [VERDICT_WORDS[verdict]]),
    ...(bucket === null ? [] : [`bucket ${bucket}`]),
    ...(note === "" ? [] : ["a note"]),
  ].join(", ");
}

function findingMarks({ audit }: Answer): readonly Mark[] {
  return (audit?.findings ?? []).map(({ kind, span: [start, end] }) => ({
    start,
    end,
    name: "finding",
    title: kind,
  }));
}

function findingsBlock({ audit }: Answer): Html | string {
  if (audit === undefined || (audit.verdict === "clean" && audit.findings.length === 0)) return "";
  return html`<section class="findings" aria-label="Audit">
    <h2>
      Audit
      ${chip(audit.verdict, audit.verdict === "leak" ? "bad" : audit.verdict === "suspect" ? "warn" : "quiet")}
    </h2>
    <ul>
      ${audit.findings.map(({ kind, text, evidence }) => html`<li><b>${shown(kind)}</b> <q>${shown(text)}</q> <span class="sub">${shown(evidence)}</span></li>`)}
    </ul>
  </section>`;
}

function hiddenBlock({ answer, pr }: DuelInput): Html {
  const field = (name: string, text: string | null | undefined): Html | string =>
    text == null || text === ""
      ? ""
      : html`<h3>${name}</h3>
          ${longText(text)}`;
  return html`<section class="hidden-part" aria-label="Reference and pull request">
    <h2>Reference <span class="sub">what the data set's own agent said</span></h2>
    ${answer.assistant === "" ? html`<p class="empty">none</p>` : answerHtml(answer.assistant, [])}
    <h2>Pull request <span class="sub">hidden from the king</span></h2>
    ${
      pr === null
        ? html`<p class="empty">There is no pull request record for this instance.</p>`
        : html`${field("Title", pr.title)}${field("Problem", pr.problem_statement)}${field("Description", pr.pr_description)}${field("Patch", pr.patch)}${field("Tests", pr.test_patch)}`
    }
  </section>`;
}
