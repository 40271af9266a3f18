/** A summary drawn as one SVG: row lengths as columns, each label's values as bars. */
import type { Summary } from "./summary.ts";

/** Well-formed on its own; all text is escaped, so that a label cannot become markup. */
export function summarySvg(name: string, summary: Summary): string {
  const bars = summary.labels.map(({ field, counts }) => ({
    title: field,
    rows: counts.slice(0, 12),
  }));
  const lengths = summary.histogram.map(({ upTo, rows }) => [`up to ${upTo}`, rows] as const);
  const charts = [{ title: "characters a row", rows: lengths }, ...bars];
  let y = 40;
  const parts: string[] = [];
  for (const { title, rows } of charts) {
    parts.push(text(20, y, title, "bold"));
    const most = Math.max(1, ...rows.map(([, n]) => n));
    for (const [value, n] of rows) {
      y += 20;
      const width = Math.round((n / most) * BAR);
      parts.push(
        text(20, y, cut(value)),
        `<rect x="${LEFT}" y="${y - 11}" width="${width}" height="14" fill="#4477aa"/>`,
        text(LEFT + width + 6, y, String(n)),
      );
    }
    y += 36;
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${LEFT + BAR + 100}" height="${y}" font-family="sans-serif" font-size="13">`,
    `<rect width="100%" height="100%" fill="white"/>`,
    text(20, 20, `${name}: ${summary.rows} rows`, "bold"),
    ...parts,
    "</svg>",
    "",
  ].join("\n");
}

// ---------------------------------------------------------------------------------------------

/** Pixels: where bars begin, and the longest one. */
const LEFT = 220;
const BAR = 420;

const cut = (value: string): string => (value.length > 26 ? `${value.slice(0, 25)}…` : value);

function text(x: number, y: number, content: string, weight = "normal"): string {
  return `<text x="${x}" y="${y}" font-weight="${weight}">${escape(content)}</text>`;
}

/** XML has no place for control characters and lone surrogates, escaped or not. */
function escape(content: string): string {
  return content
    .replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\p{Surrogate}\ufffe\uffff]/gu, "\uFFFD")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
