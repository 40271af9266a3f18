/** The bar under the answers: a person's verdict, bucket and note, and the way back. */
import { html } from "hono/html";
import { VERDICT_WORDS } from "../core/report/person.ts";
import { BUCKETS } from "../records/exported.ts";
import type { Review } from "../records/review.ts";
import type { DuelInput } from "./duel-input.ts";
import { plain, type Html } from "./page.ts";
import { queryText, type Undone } from "./query.ts";

export function reviewBar(
  { entry, query, view, token, review, undone, mode, swapped, score, links }: DuelInput,
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
      data-file="${entry.file}"
      method="post"
      action="${links.base}/review/${encodeURIComponent(entry.file)}?token=${token}"
    >
      <input type="hidden" name="kind" value="${kind}" /><input
        type="hidden"
        name="back"
        value="${back}"
      />
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
    <form
      class="note"
      data-file="${entry.file}"
      method="post"
      action="${links.base}/review/${encodeURIComponent(entry.file)}?token=${token}"
    >
      <input type="hidden" name="kind" value="note" /><input
        type="hidden"
        name="back"
        value="${back}"
      />
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
    <form method="post" action="${links.base}/undo?token=${token}">
      <input type="hidden" name="file" value="${entry.file}" />
      <input type="hidden" name="back" value="${back}" /><button data-key="u">
        <kbd>u</kbd> Undo
      </button>
    </form>
    <p class="said-so" role="status">
      ${undone === null ? "" : UNDONE[undone]}
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

// ---------------------------------------------------------------------------------------------

/** No verdict is named: in blind mode it would tell who is who. */
const UNDONE: Readonly<Record<Undone, string>> = {
  verdict: "Undone: your last verdict, on this duel.",
  bucket: "Undone: your last choice of a bucket, on this duel.",
  note: "Undone: your last note, on this duel.",
  changed: "Not undone: this duel was changed from elsewhere since.",
  nothing: "Nothing of this tab is left to undo.",
};

function reviewWords({ verdict, bucket, note }: Review): string {
  return [
    ...(verdict === null ? [] : [VERDICT_WORDS[verdict]]),
    ...(bucket === null ? [] : [`bucket ${bucket}`]),
    ...(note === "" ? [] : ["a note"]),
  ].join(", ");
}
