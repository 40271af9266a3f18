/** The king over the engine batch-file, with results written by hand. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseConfig } from "../../src/config.ts";
import { openModels } from "../../src/command/models.ts";
import { ledgerLineSchema, type LedgerLine } from "../../src/records/ledger.ts";
import { king } from "../../src/stages/king.ts";
import type { StageOptions, StageSummary } from "../../src/work.ts";
import { silentProgress } from "./chat.ts";
import { OPTIONS, testDeps } from "./deps.ts";
import { promptsOf } from "./king-world.ts";
import { tempProject } from "./project.ts";

export const GOOD = "THOUGHT: I read the file first.\n\n```bash\ncat setup.py\n```";
const PRICE = '[provider.p.price."m"]\ninput = 1.0\noutput = 1.0\n';
const TOML = `[provider.p]\nbase_url = "http://127.0.0.1:9/v1"\n${PRICE}[king]\nprovider = "p"\nmodel = "m"\n`;
export const tomlOf = (engine: string, more = ""): string =>
  `${TOML}${more}\n[engine]\n${engine}\n`;
export const BY_FILE = tomlOf('name = "batch-file"\nonline_below = 0');

export const batchProject = (count: number): string =>
  tempProject({ "prompt/prompts_1_001.json": promptsOf(count), "sample/.keep": "" });

export async function runKing(
  root: string,
  toml = BY_FILE,
  more: Partial<StageOptions> = {},
  env: Readonly<Record<string, string>> = {},
): Promise<StageSummary> {
  const config = { ...parseConfig(toml, "chain.toml"), root, env };
  const flags = { ...OPTIONS, ...more };
  const { signal } = new AbortController();
  const world = { now: () => new Date(), progress: silentProgress, signal };
  const models = openModels({ config, stage: "king", flags, ...world });
  const unused = testDeps(root, () => Promise.reject(new Error("unused")));
  try {
    return await king(config, { ...unused, engine: models.engine }, flags);
  } finally {
    await models.close();
  }
}

export type Request = {
  readonly custom_id: string;
  readonly method: string;
  readonly url: string;
  readonly body: { readonly model: string; readonly messages: { content: string }[] };
};

/** The lines of requests-<n>.jsonl; [] where there is none. */
export const requestsOf = (root: string, n: number): Request[] =>
  linesOf(join(root, "engine/king", `requests-${n}.jsonl`)) as Request[];

export const linesOf = (path: string): unknown[] =>
  existsSync(path)
    ? readFileSync(path, "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as unknown)
    : [];

export const ledgerOf = (root: string): LedgerLine[] =>
  linesOf(join(root, "report/ledger.jsonl")).map((line) => ledgerLineSchema.parse(line));

/** The task's number, by the request's words. */
export const taskOf = ({ body }: Request): number =>
  Number(/task (\d+)/.exec(JSON.stringify(body.messages))?.[1]);

export const good = ({ custom_id }: Request, content = GOOD): object => ({
  id: `batch_req_${custom_id}`,
  custom_id,
  response: {
    status_code: 200,
    request_id: "r",
    body: {
      id: "c",
      choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }],
      usage: { prompt_tokens: 10, completion_tokens: 5 },
    },
  },
  error: null,
});

export function writeResults(
  root: string,
  name: string,
  lines: readonly (object | string)[],
): void {
  const text = lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line)));
  writeFileSync(join(root, "engine/king", name), `${text.join("\n")}\n`);
}
