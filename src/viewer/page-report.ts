/**
 * The report inside the page: what report/report.html holds between its main tags, under the page's own
 * policy (no inline script, nothing of another host), with every turn a link to its duel.
 */
import { html, raw } from "hono/html";
import { BUCKETS } from "../records/exported.ts";
import type { Links } from "./links.ts";
import type { Html } from "./page.ts";
import { parseQuery } from "./query.ts";

/** null: the file has no main part; another version's, or another file's. `has`: a turn that has a page. */
export function reportBody(
  report: string,
  links: Links,
  has: (file: string) => boolean = () => true,
): Html | null {
  const from = report.indexOf("<main>");
  const to = report.lastIndexOf("</main>");
  if (from === -1 || to < from) return null;
  const inner = report
    .slice(from + "<main>".length, to)
    .replace(TURN_LINK, (whole, name: string, text: string) => {
      const file = decoded(name);
      if (file === null) return whole;
      return has(file) ? `<a href="${links.duel(file, ALL)}">${text}</a>` : text;
    });
  // Turns beyond those that the page shows at first lie packed behind its main part.
  const rest = links.isFixed ? "" : (REST.exec(report.slice(to))?.[0] ?? "");
  return html`<div id="content" class="report">${raw(inner)}${raw(rest)}</div>`;
}

// ---------------------------------------------------------------------------------------------

const ALL = parseQuery(new URLSearchParams());

/** Letters of base64 alone: nothing of it is markup. */
const REST = /<template id="rest">[A-Za-z0-9+/=\s]*<\/template>/;

const TURN_LINK = new RegExp(`<a href="\\.\\./(?:${BUCKETS.join("|")})/([^"/]+)">([^<]*)</a>`, "g");

function decoded(name: string): string | null {
  try {
    return decodeURIComponent(name.replaceAll("&amp;", "&"));
  } catch {
    return null;
  }
}
