/** Both answers side by side, what the audit found in the challenger's, and what is hidden at first. */
import { html } from "hono/html";
import { futureOf } from "../core/challenger/future.ts";
import type { Answer } from "../records/answer.ts";
import type { DuelInput } from "./duel-input.ts";
import { counted, duration, usd } from "../core/report/format.ts";
import type { ToolCall } from "../records/message.ts";
import type { RunInfo } from "../records/run-info.ts";
import { answerHtml, longText, type Cut } from "./page-answer.ts";
import { wholeOf } from "./page-links.ts";
import { chip, shown, type Html } from "./page.ts";
import type { Mark } from "./ranges.ts";
import { wordDiff } from "./word-diff.ts";

export function answersBlock(input: DuelInput, open: boolean): Html {
  const { answer, mode, view, query, swapped, links } = input;
  const cut = wholeOf(input);
  const opponent = {
    who: mode === 1 ? "Reference" : "King",
    text: mode === 1 ? answer.assistant : answer.king,
    model: mode === 1 ? "" : (answer.king_run?.model ?? ""),
    run: mode === 1 ? undefined : answer.king_run,
    tries: [] as NonNullable<Answer["challenger_tries"]>,
    marks: [] as readonly Mark[],
    kind: "king",
    malformed: mode === 1 ? null : (answer.king_run?.malformed ?? null),
    calls: mode === 1 ? undefined : answer.king_message?.tool_calls,
  };
  const challenger = {
    who: "Challenger",
    text: answer.challenger,
    model: answer.challenger_run?.model ?? "",
    run: answer.challenger_run,
    tries: answer.challenger_tries ?? [],
    marks: open ? findingMarks(answer) : [],
    kind: "challenger",
    malformed: answer.challenger_run?.malformed ?? null,
    calls: answer.challenger_message?.tool_calls,
  };
  const [left, right] = query.blind && swapped ? [challenger, opponent] : [opponent, challenger];
  const diff = view.diff ? wordDiff(left.text, right.text) : null;
  return html`<section
    class="${view.whole ? "answers whole" : "answers"}"
    id="answers"
    aria-label="Answers"
  >
    ${view.diff && diff === null ? html`<p class="box">The answers are too different to be compared word by word.</p>` : ""}
    <div class="sides">
      ${[left, right].map((side, at) => {
        const name = open ? side.who : `Answer ${at === 0 ? "A" : "B"}`;
        const marks = [...side.marks, ...(diff === null ? [] : at === 0 ? diff.left : diff.right)];
        return html`<article class="side ${open ? side.kind : ""}" aria-label="${name}">
          <h2>${name} ${open ? html`<span class="sub">${shown(side.model)}</span>` : ""}</h2>
          ${open && side.malformed !== null ? html`<p class="box bad">malformed: ${shown(side.malformed.reason)}</p>` : ""}
          ${side.text === "" ? html`<p class="empty">There is no answer yet.</p>` : answerHtml(side.text, marks, cut)}
          ${open ? runBlock(side.run) : ""} ${open && !links.isFixed ? rawBlock(side, cut) : ""}
          ${open ? triesBlock(side.tries) : ""}
        </article>`;
      })}
    </div>
  </section>`;
}

export function findingsBlock({ audit }: Answer): Html | string {
  if (audit === undefined || (audit.verdict === "clean" && audit.findings.length === 0)) return "";
  return html`<section class="findings" aria-label="Audit">
    <h2>
      Audit
      ${chip(audit.verdict, audit.verdict === "leak" ? "bad" : audit.verdict === "suspect" ? "warn" : "quiet")}
    </h2>
    <ul>
      ${audit.findings.map(({ kind, text, evidence }) => html`<li><b>${shown(kind)}</b> ${text === "" ? "" : html`<q>${shown(text)}</q>`} <span class="sub">${shown(evidence)}</span></li>`)}
    </ul>
  </section>`;
}

export function hiddenBlock(input: DuelInput): Html {
  const { answer, pr } = input;
  const cut = wholeOf(input);
  const future = pr === null ? null : futureOf(pr);
  const field = (
    name: string,
    text: string | null | undefined,
    language = "markdown",
  ): Html | string =>
    text == null || text === ""
      ? ""
      : html`<h3>${name}</h3>
          ${longText(text, cut, language)}`;
  return html`<section
    class="hidden-part"
    id="hidden-part"
    tabindex="0"
    aria-label="Reference and pull request"
  >
    <h2>Reference <span class="sub">what the data set's own agent said</span></h2>
    ${answer.assistant === "" ? html`<p class="empty">none</p>` : answerHtml(answer.assistant, [], cut)}
    <h2>
      ${future === null ? "Pull request" : "What the run did afterwards"}
      <span class="sub">hidden from the king</span>
    </h2>
    ${
      future !== null
        ? html`${field("How it ended", future.ended)}${field("Later messages", future.text)}`
        : pr === null
          ? html`<p class="empty">There is no pull request record for this instance.</p>`
          : html`${field("Patch", pr.patch, "diff")}${field("Tests", pr.test_patch, "diff")}${field("Title", pr.title)}${field("Problem", pr.problem_statement)}${field("Description", pr.pr_description)}`
    }
  </section>`;
}

// ---------------------------------------------------------------------------------------------

/** What an answer took: over all its attempts. */
function runBlock(run: RunInfo | undefined): Html | string {
  if (run === undefined) return "";
  const { usage, cost_usd: cost, finish_reason: finish } = run;
  const parts = [
    `${usage.prompt_tokens} + ${usage.completion_tokens} tokens`,
    ...(run.latency_ms === undefined ? [] : [duration(run.latency_ms)]),
    cost === null ? "unpriced" : usd(cost),
    counted(run.attempts, "attempt"),
    ...(finish === null ? [] : [`finish: ${finish}`]),
    `answered by ${run.answered_by ?? run.model}`,
    run.prompt_version,
  ];
  return html`<p class="took sub">${shown(parts.join(" · "))}</p>`;
}

/** The accepted reply in its own letters: no colours, no marks, its calls as data. */
function rawBlock({ text, run, calls = [] }: Raw, cut: Cut): Html | string {
  if (run === undefined || text === "") return "";
  return html`<details class="raw">
    <summary>raw reply</summary>
    ${longText(run.raw ?? text, cut)}
    ${calls.length === 0 ? "" : longText(JSON.stringify(calls, null, 2), cut, "json")}
  </details>`;
}

type Raw = {
  readonly text: string;
  readonly run: RunInfo | undefined;
  readonly calls: readonly ToolCall[] | undefined;
};

/** Replies that were not accepted, as they came. */
function triesBlock(tries: NonNullable<Answer["challenger_tries"]>): Html | string {
  if (tries.length === 0) return "";
  return html`<details class="tries">
    <summary>${tries.length === 1 ? "1 reply" : `${tries.length} replies`} not accepted</summary>
    ${tries.map(
      ({ reason, raw }) =>
        html`<h3>${shown(reason)}</h3>
          ${longText(raw)}`,
    )}
  </details>`;
}

function findingMarks({ audit }: Answer): readonly Mark[] {
  return (audit?.findings ?? []).map(({ kind, span: [start, end] }) => ({
    start,
    end,
    name: "finding",
    title: kind,
  }));
}
