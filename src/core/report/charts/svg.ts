/**
 * Small charts as SVG text, readable in light and dark: colours are classes, and a file of its own
 * carries the two palettes. One accent colour; the rest is ink, grey and position.
 */
import { visibleText } from "../../text/visible.ts";

export type Chart = {
  /** File stem of its own and of its ids: "scores". */
  readonly name: string;
  readonly title: string;
  /** What a reader who cannot see it is told. */
  readonly description: string;
  readonly width: number;
  readonly height: number;
  /** SVG elements. */
  readonly body: string;
};

export const CHART_WIDTH = 720;

/** A file of its own. */
export function svgFile(chart: Chart): string {
  return svg(chart, `<style>${FILE_STYLE}</style><rect class="paper" width="100%" height="100%"/>`);
}

/** An element for a page that has `CHART_STYLE`. */
export function svgElement(chart: Chart): string {
  return svg(chart, "");
}

export type TextOptions = {
  readonly anchor?: "start" | "middle" | "end";
  readonly tone?: "ink" | "muted" | "strong";
};

/** A line of text with its baseline at y. */
export function label(x: number, y: number, text: string, options: TextOptions = {}): string {
  const { anchor = "start", tone = "muted" } = options;
  return `<text class="${tone}" x="${n(x)}" y="${n(y)}" text-anchor="${anchor}">${xml(text)}</text>`;
}

export function rect(
  box: { readonly x: number; readonly y: number; readonly w: number; readonly h: number },
  tone: string,
  tip = "",
): string {
  const inner = tip === "" ? "/>" : `><title>${xml(tip)}</title></rect>`;
  return `<rect class="${tone}" x="${n(box.x)}" y="${n(box.y)}" width="${n(Math.max(0, box.w))}" height="${n(Math.max(0, box.h))}"${inner}`;
}

export function line(x1: number, y1: number, x2: number, y2: number, tone = "grid"): string {
  return `<line class="${tone}" x1="${n(x1)}" y1="${n(y1)}" x2="${n(x2)}" y2="${n(y2)}"/>`;
}

export function dot(x: number, y: number, tip: string, tone = "accent"): string {
  return `<circle class="${tone}" cx="${n(x)}" cy="${n(y)}" r="4"><title>${xml(tip)}</title></circle>`;
}

/** Maps [from, to] to [start, end], linearly; values outside are cut to the ends. */
export function scale(
  [from, to]: readonly [number, number],
  [start, end]: readonly [number, number],
): (value: number) => number {
  const span = to - from || 1;
  return (value) => start + Math.min(1, Math.max(0, (value - from) / span)) * (end - start);
}

/** Round steps (1, 2, 5 x 10^k) that cover the range in about `wanted` steps. */
export function ticks(from: number, to: number, wanted = 5): number[] {
  const raw = (to - from) / wanted;
  if (!(raw > 0)) return [from];
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= raw) ?? 10) * power;
  const found: number[] = [];
  for (let at = Math.ceil(from / step); at * step <= to + step * 1e-9; at++) {
    found.push(Math.round(at * step * 1e6) / 1e6);
  }
  return found;
}

/** A name that fits: the middle is left out. */
export function shortened(text: string, chars: number): string {
  const shown = visibleText(text);
  if (shown.length <= chars) return shown;
  const head = Math.ceil((chars - 1) * 0.6);
  return `${shown.slice(0, head)}…${shown.slice(shown.length - (chars - 1 - head))}`;
}

export function xml(text: string): string {
  return visibleText(text)
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/"/g, "&quot;");
}

/** For a page: sits in its style element, which defines the variables. */
export const CHART_STYLE = `.chart text{font:12px system-ui,-apple-system,"Segoe UI",sans-serif;font-variant-numeric:tabular-nums}
.chart .ink{fill:var(--ink)}.chart .muted{fill:var(--muted)}.chart .strong{fill:var(--ink);font-weight:600}
.chart .grid{stroke:var(--line)}.chart .axis{stroke:var(--muted)}.chart .mark{stroke:var(--ink);stroke-dasharray:4 3}
.chart .whisker{stroke:var(--muted);stroke-width:1.5}.chart .accent{fill:var(--accent)}.chart .mid{fill:var(--accent);opacity:.45}
.chart .soft{fill:var(--accent);opacity:.22}.chart .grey{fill:var(--muted);opacity:.45}.chart .paper{fill:none}`;

// ---------------------------------------------------------------------------------------------

const LIGHT = "--ink:#1c2126;--muted:#646d76;--line:#e3e6ea;--accent:#0f766e;--paper:#ffffff";
const DARK = "--ink:#e6e9ec;--muted:#9aa4ae;--line:#2d343b;--accent:#2dd4bf;--paper:#14181c";

const FILE_STYLE = `.chart{${LIGHT}}@media (prefers-color-scheme:dark){.chart{${DARK}}}${CHART_STYLE.replaceAll("\n", "")}.chart .paper{fill:var(--paper)}`;

function svg(chart: Chart, head: string): string {
  const { name, title, description, width, height, body } = chart;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="${name}-t ${name}-d">` +
    `<title id="${name}-t">${xml(title)}</title><desc id="${name}-d">${xml(description)}</desc>${head}${body}</svg>\n`
  );
}

/** Two decimals are a hundredth of a pixel. */
const n = (value: number): string => String(Math.round(value * 100) / 100);
