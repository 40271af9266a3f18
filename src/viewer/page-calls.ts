/** What was asked about a turn: each call with its time and price, and the requests where they are kept. */
import { html } from "hono/html";
import { counted, duration, usd } from "../core/report/format.ts";
import type { LedgerLine } from "../records/ledger.ts";
import type { Calls } from "./calls.ts";
import type { DuelInput } from "./duel-input.ts";
import { longText } from "./page-answer.ts";
import { wholeOf } from "./page-links.ts";
import { shown, type Html } from "./page.ts";

export function callsBlock(calls: Calls, input: DuelInput): Html {
  const { ended, open } = calls;
  return html`<section class="calls" id="calls" aria-label="Calls">
    <h2>
      Calls
      <span class="sub"
        >${counted(ended.length, "call")}${open === 0 ? "" : `, ${open} without an outcome`}</span
      >
    </h2>
    ${
      ended.length === 0
        ? html`<p class="empty">No call about this turn is in the ledger.</p>`
        : html`<div class="scroll" tabindex="0">
            <table>
              <thead>
                <tr>
                  ${COLUMNS.map((name) => html`<th scope="col">${name}</th>`)}
                </tr>
              </thead>
              <tbody>
                ${ended.map(callRow)}
              </tbody>
            </table>
          </div>`
    }
    ${requestsPart(calls, input)}
  </section>`;
}

// ---------------------------------------------------------------------------------------------

const COLUMNS = ["call", "model", "took", "tokens in", "cached", "out", "USD", "outcome", "when"];

function callRow(line: LedgerLine): Html {
  const { item, model, latency_ms: took, usd: price, outcome, time } = line;
  const cells = [
    item,
    model,
    took === null ? "–" : duration(took),
    String(line.tokens_in),
    String(line.tokens_cached),
    String(line.tokens_out),
    price === null ? "unpriced" : usd(price),
    outcome ?? "",
    time.slice(0, 19).replace("T", " "),
  ];
  return html`<tr>
    ${cells.map((cell) => html`<td>${shown(cell)}</td>`)}
  </tr>`;
}

function requestsPart({ requests }: Calls, input: DuelInput): Html | readonly Html[] {
  const { answer, view } = input;
  const versions = [answer.king_run, answer.challenger_run].flatMap(
    (run) => run?.prompt_version ?? [],
  );
  if (requests.length === 0)
    return html`<p class="sub">
      The requests are not kept: [engine] batch-file and batch write them to engine/, the local
      engine sends them and keeps the replies.
      ${versions.length === 0 ? "" : `They were this history in the words of ${versions.join(" and ")}.`}
    </p>`;
  return requests.map(({ key, stage, file, text }) =>
    stage === "challenger" && !view.hidden
      ? html`<p class="sub">
          ${shown(key)} has the pull request in it: <kbd>p</kbd> shows it too.
        </p>`
      : html`<details class="request">
          <summary>${shown(key)} <span class="sub">as sent, in ${file}</span></summary>
          ${longText(text, wholeOf(input), "json")}
        </details>`,
  );
}
