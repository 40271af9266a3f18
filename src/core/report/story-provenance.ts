/** What the figures are of: models, source, seed, when, and under which settings. */
import type { Origin } from "../../records/prompt.ts";
import type { Block } from "./document.ts";
import type { ReportData } from "./report-data.ts";

export function provenanceBlocks({ config, duel, runs, origins, rows }: ReportData): Block[] {
  if (rows.length === 0) return [];
  const { source, king, challenger, panel } = config;
  const named = (model: { readonly model: string; readonly provider: string }): string =>
    `${model.model} (${model.provider})`;
  const starts = Object.values(runs)
    .filter(({ stage }) => stage !== "report")
    .map(({ started }) => started)
    .sort();
  const first = starts[0];
  const last = starts.at(-1);
  const builds = new Set(
    Object.values(runs)
      .filter(({ stage }) => stage !== "report")
      .flatMap(({ build }) => build ?? []),
  );
  const hashes = new Set([...Object.values(runs).map((run) => run.config_hash), duel?.config_hash]);
  hashes.delete(undefined);
  const lines: [string, string][] = [
    ["king", named(king)],
    ["challenger", named(challenger)],
    ["judges", panel.map(named).join(", ")],
    ["trajectories", [source.trajectories].flat().join(", ")],
    [
      "pull requests",
      challenger.hidden === "future"
        ? "none: the challenger saw what its run did later"
        : [source.prs].flat().join(", "),
    ],
    ["read from", origins.join(", ")],
    ["seed", String(source.seed)],
    [
      "stages began",
      first === undefined || last === undefined
        ? ""
        : first === last
          ? minute(first)
          : `${minute(first)} to ${minute(last)}`,
    ],
    ["made with", builds.size === 0 ? "" : `Kingmaker ${[...builds].join(", ")}`],
    ["settings (hash)", [...hashes].map((hash) => (hash ?? "").slice(0, 12)).join(", ")],
  ];
  return [
    { kind: "heading", level: 2, text: "Where this comes from" },
    {
      kind: "table",
      columns: [{ name: "" }, { name: "" }],
      rows: lines.filter(([, value]) => value !== ""),
    },
  ];
}

/** "DATASET at REVISION"; a folder of one's own is not named, its name may be a person's. */
export function originName({ dataset, revision }: Origin): string {
  const name = dataset ?? "files of one's own";
  return revision === null ? name : `${name} at ${revision.slice(0, 12)}`;
}

// ---------------------------------------------------------------------------------------------

/** "2026-01-02T03:04:05.000Z" -> "2026-01-02 03:04 UTC". */
const minute = (time: string): string => `${time.slice(0, 16).replace("T", " ")} UTC`;
