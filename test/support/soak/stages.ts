/** The stages that a soak kills: what each finds, how it is called, and who works beside it. */
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { seededRng } from "../../../src/core/random.ts";
import { USAGE, type Before } from "./world.ts";

export type SoakedStage = {
  readonly name: string;
  readonly before: Before;
  /** "{root}" stands for the workspace. */
  readonly command: readonly string[];
  /** Calls of models are made by the stage, by whoever runs its request files, or by nobody. */
  readonly asks: "here" | "by file" | "nobody";
  /** Appended to chain.toml. */
  readonly toml?: string;
  /** It holds the workspace's lock. */
  readonly locks: boolean;
  /** Its starts take too long for the tests. @default false */
  readonly isLong?: boolean;
};

const builder = (name: string, before: Before, ...flags: readonly string[]): SoakedStage => ({
  name,
  before,
  command: [name, "--force", ...flags],
  asks: "nobody",
  locks: true,
});
const asking = (name: string, before: Before): SoakedStage => ({
  name,
  before,
  command: [name, "--yes"],
  asks: "here",
  locks: true,
});

export const SOAKED: readonly SoakedStage[] = [
  { name: "prompt", before: "hub", command: ["prompt"], asks: "nobody", locks: true },
  asking("king", "king"),
  {
    ...asking("king", "king"),
    name: "king, by file",
    asks: "by file",
    toml: '[engine]\nname = "batch-file"\nonline_below = 0\n',
  },
  asking("challenger", "challenger"),
  asking("validate", "validate"),
  { ...asking("validate", "validate"), name: "validate, sequential", toml: 'panel = "sequential"' },
  asking("refine", "judged"),
  { name: "report", before: "report", command: ["report"], asks: "nobody", locks: true },
  builder("export", "judged", "--refined", "--parquet"),
  builder("repair", "judged", "--input", "logs.jsonl"),
  builder("actions", "judged", "--swe", "none", "--toolbench", "none"),
  builder("speedrun", "judged", "--dataset", "rows.jsonl", "--emit-test"),
  {
    name: "publish",
    before: "exported",
    command: ["publish", "dataset/export", "--repo", "soak/set", "--push"],
    asks: "nobody",
    locks: false,
  },
  { name: "tables", before: "judged", command: ["tables"], asks: "nobody", locks: false },
  {
    name: "share",
    before: "judged",
    command: ["share", "--output", "{root}/site"],
    asks: "nobody",
    locks: false,
  },
  {
    ...asking("stages", "drawing"),
    name: "stages to a target",
    command: ["stages", "--until", "target", "--yes"],
    toml: "[target]\naccepted = 4\nmax_candidates = 20\ngate = false\n",
    locks: false,
    isLong: true,
  },
];

/** chain.toml with what a stage wants besides. */
export const tomlWith = (base: string, { toml = "" }: SoakedStage): string =>
  toml.startsWith("[") ? `${base}${toml}` : base.replace("[judge]\n", `[judge]\n${toml}\n`);

/**
 * Whoever runs request files: answers each once, most lines well, some with an error, a few not at all.
 * Gives the good answers that were delivered until now.
 */
export function answerFiles(root: string, seed: number): number {
  const folder = join(root, "engine/king");
  if (!existsSync(folder)) return 0;
  for (const name of readdirSync(folder)) {
    const n = /^requests-(\d+)\.jsonl$/.exec(name)?.[1];
    const results = join(folder, `results-${n}.jsonl`);
    if (n === undefined || existsSync(results)) continue;
    const rng = seededRng(seed, name);
    const asked = readFileSync(join(folder, name), "utf8").trim().split("\n");
    const lines = asked.flatMap((line, at) => {
      const { custom_id } = JSON.parse(line) as { custom_id: string };
      const draw = rng();
      return draw < 0.05 ? [] : [resultOf(custom_id, draw < 0.15 ? null : `n${n}x${at}n`)];
    });
    // Beside the folder's own names until it is whole, as the documentation says.
    writeFileSync(`${results}.part`, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    renameSync(`${results}.part`, results);
  }
  return [...allResults(folder).matchAll(/n\d+x\d+n/g)].length;
}

// ---------------------------------------------------------------------------------------------

const allResults = (folder: string): string =>
  readdirSync(folder)
    .filter((name) => /^results-\d+\.jsonl$/.test(name))
    .map((name) => readFileSync(join(folder, name), "utf8"))
    .join("");

function resultOf(custom_id: string, mark: string | null): object {
  if (mark === null) {
    const body = { error: { message: "overloaded", type: "server_error" } };
    return { id: custom_id, custom_id, response: { status_code: 500, request_id: "r", body } };
  }
  const content = `THOUGHT: look.\n\n\`\`\`bash\nls -la /tmp/king-m/0/${mark}\n\`\`\``;
  const choices = [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }];
  const body = { id: "c", choices, usage: USAGE };
  return { id: custom_id, custom_id, response: { status_code: 200, request_id: "r", body } };
}
