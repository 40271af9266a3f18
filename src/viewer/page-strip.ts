/** A run in one strip: how the duel ended and by how much, buckets, judges, cost, models and when. */
import { html } from "hono/html";
import { counted, decimal, percent, points, thousands, usd } from "../core/report/format.ts";
import { BUCKETS } from "../records/exported.ts";
import type { Links } from "./links.ts";
import { shown, type Html } from "./page.ts";
import { toggled, type Query } from "./query.ts";
import { gateWord, type RunFacts } from "./run-facts.ts";
import type { Selection } from "./selection.ts";

export function runStrip(
  facts: RunFacts,
  query: Query,
  { selection, links }: { readonly selection: Selection; readonly links: Links },
): Html {
  const { name, duel, when } = facts;
  return html`<section class="run" aria-label="The run">
    <div>
      <b class="run-name">${shown(name)}</b>
      <span class="chip ${duel?.accepted === true ? "final" : "quiet"}">${gateWord(duel)}</span>
      ${when === null ? "" : html`<time class="sub" datetime="${when}">${when.slice(0, 16).replace("T", " ")}</time>`}
      ${duel?.accepted === false ? html`<span class="sub">${shown(duel.reasons.join("; "))}</span>` : ""}
    </div>
    ${bucketBar(query, selection, links)}
    <dl>
      ${
        duel === null
          ? ""
          : html`${fact("margin", `${points(duel.margin)} (≥ ${points(duel.win_margin)})`)}
            ${fact("bound", `${decimal(duel.lcb)} (> 0)`)}`
      }
      ${fact("cost", costWord(facts))}
      ${(duel?.judges ?? []).map((judge) => fact(shortName(judge.model), `${points(roundedTo1(judge.score))} · flips ${percent(judge.flip_rate)}`))}
      ${facts.king === "" ? "" : fact("king", facts.king)}
      ${facts.challenger === "" ? "" : fact("challenger", facts.challenger)}
    </dl>
  </section>`;
}

export function costWord({ isCounting, usd: sum, calls, unpriced, recorded }: RunFacts): string {
  if (isCounting) return "being added up";
  if (calls === 0) return recorded ? "recorded, no cost" : "no call yet";
  if (unpriced === calls) return "unpriced";
  return unpriced === 0 ? usd(sum) : `${usd(sum)} + ${counted(unpriced, "unpriced call")}`;
}

// ---------------------------------------------------------------------------------------------

function bucketBar(query: Query, { counts }: Selection, links: Links): Html | string {
  const parts = BUCKETS.map((bucket) => ({ bucket, n: counts.bucket.get(bucket) ?? 0 }));
  const all = parts.reduce((sum, { n }) => sum + n, 0);
  if (all === 0) return "";
  let at = 0;
  return html`<svg class="buckets" viewBox="0 0 480 20" role="group" aria-label="Buckets">
    ${parts.map(({ bucket, n }) => {
      if (n === 0) return "";
      const width = (n / all) * 480;
      const x = at;
      at += width;
      const href = links.list(query, { facets: toggled(query, "bucket", bucket), page: 1 });
      const name = `${bucket}: ${thousands(n)}`;
      return html`<a href="${href}" data-bar="bucket" aria-label="${name}"
        ><title>${name}</title>
        <rect class="${bucket}" x="${x.toFixed(1)}" width="${width.toFixed(1)}" height="20" />${
          width < 70
            ? ""
            : html`<text class="${bucket}" x="${(x + 6).toFixed(1)}" y="14">${name}</text>`
        }</a
      >`;
    })}
  </svg>`;
}

const fact = (name: string, value: string): Html =>
  html`<div>
    <dt>${shown(name)}</dt>
    <dd>${shown(value)}</dd>
  </div>`;

const roundedTo1 = (value: number | null): number | null =>
  value === null ? null : Math.round(value * 10) / 10;

/** "deepseek-ai/DeepSeek-V3.2-TEE" -> "DeepSeek-V3.2-TEE". */
const shortName = (model: string): string => model.slice(model.lastIndexOf("/") + 1);
