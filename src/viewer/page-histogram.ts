/** How the scores lie, with the limits of the buckets; a bar filters by its scores. */
import { html } from "hono/html";
import type { BucketRules } from "../core/duel/bucket.ts";
import { counted } from "../core/report/format.ts";
import type { Links } from "./links.ts";
import type { Html } from "./page.ts";
import { toggled, type Query } from "./query.ts";
import { SCORE_BINS, type Selection } from "./selection.ts";

/** "" when no turn has a score. */
export function histogram(
  query: Query,
  { counts }: Selection,
  { rules, links }: { readonly rules: BucketRules; readonly links: Links },
): Html | string {
  const bins = SCORE_BINS.map(({ name }) => ({ name, n: counts.score.get(name) ?? 0 }));
  const most = Math.max(...bins.map(({ n }) => n));
  if (most === 0) return "";
  const chosen = query.facets.score;
  const limits = rules.by === "score" ? [rules.defeat_max, rules.final_min] : [];
  return html`<section class="facet histogram">
    <h2>Score</h2>
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT + 14}" role="group" aria-label="Turns by score">
      ${bins.map(({ name, n }, at) => {
        const height = n === 0 ? 0 : Math.max(2, Math.round((n / most) * (HEIGHT - 4)));
        const isOn = chosen.includes(name);
        const href = links.list(query, { facets: toggled(query, "score", name), page: 1 });
        const bar = html`<rect
            class="hit"
            x="${at * BAR}"
            y="0"
            width="${BAR}"
            height="${HEIGHT}"
          />
          <rect
            class="${isOn ? "on" : chosen.length > 0 ? "off" : "bar"}"
            x="${at * BAR + 1}"
            y="${HEIGHT - height}"
            width="${BAR - 2}"
            height="${height}"
          />`;
        // A score that nobody has leads to an empty list, and in files there is none for it.
        return (n === 0 && !isOn) || links.isFixed
          ? html`<g>${bar}</g>`
          : html`<a href="${href}" data-bar="score" aria-label="${name}: ${counted(n, "turn")}"
              ><title>${name}: ${counted(n, "turn")}</title>${bar}</a
            >`;
      })}
      ${limits.map((limit) => html`<line class="limit" x1="${x(limit)}" x2="${x(limit)}" y1="0" y2="${HEIGHT}" /><text x="${x(limit)}" y="${HEIGHT + 12}">${limit}</text>`)}
    </svg>
  </section>`;
}

// ---------------------------------------------------------------------------------------------

const BAR = 11;
const HEIGHT = 46;
const WIDTH = BAR * SCORE_BINS.length;

const x = (score: number): number => Math.round((score / 100) * WIDTH);
