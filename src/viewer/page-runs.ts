/** Several workspaces: scores and costs over time, a row each, and the choice of two to compare. */
import { html, raw } from "hono/html";
import { runsChart } from "../core/report/charts/runs.ts";
import { svgElement } from "../core/report/charts/svg.ts";
import { counted, decimal, points, thousands } from "../core/report/format.ts";
import { BUCKETS } from "../records/exported.ts";
import type { Entry } from "./entry.ts";
import type { Links } from "./links.ts";
import { costWord } from "./page-strip.ts";
import { shown, type Html } from "./page.ts";
import { parseQuery } from "./query.ts";
import { gateWord, type RunFacts } from "./run-facts.ts";

export type ShownRun = {
  readonly facts: RunFacts;
  readonly entries: readonly Entry[];
  readonly links: Links;
  /** Its folder as the person named it. */
  readonly folder: string;
  /** What is wrong with it as a whole; null: nothing. */
  readonly trouble: string | null;
};

export function runsBody(given: readonly ShownRun[]): Html {
  const runs = inOrder(given);
  const chart = runsChart(
    runs.map(({ facts }) => ({
      name: facts.name,
      score: facts.duel?.challenger_score ?? null,
      usd: facts.calls === 0 || facts.unpriced === facts.calls ? null : facts.usd,
    })),
  );
  return html`<div id="content" class="report runs">
    <h1>${counted(runs.length, "run")}</h1>
    <form action="/compare" method="get">
      <div class="scroll" tabindex="0">
        <table>
          <thead>
            <tr>
              ${COLUMNS.map(([name, isNumber]) => html`<th scope="col" class="${isNumber ? "n" : ""}">${name}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${runs.map((run, at) => runRow(run, { isA: at === runs.length - 2, isB: at === runs.length - 1 }))}
          </tbody>
        </table>
      </div>
      <p><button class="go" data-key="c">Compare A with B</button></p>
    </form>
    ${chart === null ? "" : html`<figure tabindex="0">${raw(svgElement(chart))}</figure>`}
  </div>`;
}

// ---------------------------------------------------------------------------------------------

const COLUMNS: readonly (readonly [string, boolean])[] = [
  ["A", false],
  ["B", false],
  ["run", false],
  ["last stage began", false],
  ["gate", false],
  ["score", true],
  ["margin", true],
  ["bound", true],
  ["turns", true],
  ["final · refined · defeat", true],
  ["cost", true],
  ["challenger", false],
];

/** By time, then by name; runs that never ran come first. */
function inOrder(runs: readonly ShownRun[]): ShownRun[] {
  return [...runs].sort((a, b) => {
    const [one, other] = [a.facts.when ?? "", b.facts.when ?? ""];
    if (one !== other) return one < other ? -1 : 1;
    return a.facts.name < b.facts.name ? -1 : 1;
  });
}

function runRow(
  { facts, entries, links, folder, trouble }: ShownRun,
  { isA, isB }: { readonly isA: boolean; readonly isB: boolean },
): Html {
  const { name, duel, when } = facts;
  const home = links.list(parseQuery(new URLSearchParams()));
  const inBucket = BUCKETS.map((bucket) =>
    thousands(entries.filter(({ row }) => row.bucket === bucket).length),
  );
  const choice = (side: "a" | "b", isOn: boolean): Html =>
    html`<input
      type="radio"
      name="${side}"
      value="${name}"
      aria-label="${name} as ${side.toUpperCase()}"
      ${isOn ? html`checked` : ""}
    />`;
  const cells = [
    when === null ? "–" : when.slice(0, 16).replace("T", " "),
    trouble ?? gateWord(duel),
  ];
  const numbers = [
    points(duel?.challenger_score),
    points(duel?.margin),
    decimal(duel?.lcb),
    thousands(entries.length),
    inBucket.join(" · "),
    costWord(facts),
  ];
  return html`<tr data-run="${name}">
    <td>${choice("a", isA)}</td>
    <td>${choice("b", isB)}</td>
    <td>
      <a href="${home}">${shown(name)}</a>
      ${folder === name ? "" : html`<span class="sub">${shown(folder)}</span>`}
    </td>
    ${cells.map((cell) => html`<td>${shown(cell)}</td>`)}
    ${numbers.map((cell) => html`<td class="n">${cell}</td>`)}
    <td>${shown(facts.challenger)}</td>
  </tr>`;
}
