/**
 * A workspace of any number of turns, answered and judged to the end, as the stages would have left it: what
 * bench:scale measures on. Verdicts come from the duel's own rules on a few model turns; texts, hashes and
 * names are each turn's own.
 */
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { loadConfig } from "../src/config.ts";
import { actionStyle } from "../src/core/actions/style.ts";
import { itemsOf, openTurn, withOutcome } from "../src/core/duel/turn.ts";
import type { DuelRules } from "../src/core/duel/rules.ts";
import { seededRng } from "../src/core/random.ts";
import { pairHash } from "../src/core/turn/hash.ts";
import { panelRules } from "../src/judging/panel-rules.ts";
import type { Answer } from "../src/records/answer.ts";
import type { RunInfo } from "../src/records/run-info.ts";
import { SCHEMA } from "../src/records/schema.ts";
import { METRICS, type Score } from "../src/records/score.ts";

export type Size = {
  readonly turns: number;
  /** Characters of a turn's history. */
  readonly chars: number;
  /** false: nobody has judged yet, and there is no ledger. @default true */
  readonly judged?: boolean;
  /** Of the provider, and how many calls at once it is sent. @default where nobody answers */
  readonly server?: { readonly url: string; readonly concurrency: number };
};

const PER_FILE = 200;
const TURNS_AN_INSTANCE = 4;
const REPOS = 400;
/** Turns with verdicts of their own; the others repeat them. */
const MODELS = 40;
const DRAWS = 0.3;
const USAGE = {
  prompt_tokens: 900,
  cached_tokens: 300,
  completion_tokens: 90,
  reasoning_tokens: 0,
};
const TIME = "2026-11-01T12:00:00.000Z";

/** Makes it in `root`; at the default address of its provider nobody answers, so that a call would be seen. */
export function makeWorkspace(root: string, { turns, chars, judged = true, server }: Size): void {
  for (const folder of ["prompt", "commit", "answer", "score", "report"]) {
    mkdirSync(join(root, folder), { recursive: true });
  }
  writeFileSync(join(root, "chain.toml"), tomlOf(server));
  const config = loadConfig(root);
  const rules = panelRules(config, { rng: (of) => seededRng(config.source.seed, of) }, null);
  const models = Array.from({ length: judged ? MODELS : 0 }, (_, i) =>
    judgedTurn(answerOf(i, chars), i, rules),
  );
  const ledger = openSync(join(root, "report", "ledger.jsonl"), "w");
  for (let file = 0; file * PER_FILE < turns; file++) {
    const count = Math.min(PER_FILE, turns - file * PER_FILE);
    const stem = `prompts_${turns}_${String(file + 1).padStart(3, "0")}`;
    const prompts = Array.from({ length: count }, (_, at) => {
      const turn = file * PER_FILE + at;
      const name = `${stem}_${at + 1}.json`;
      const answer = answerOf(turn, chars);
      writeJson(join(root, "answer", name), answer);
      if (judged) {
        writeJson(join(root, "score", name), scoreOf(models[turn % MODELS], name, answer));
        writeSync(ledger, ledgerOf(name, turn));
      }
      if (turn % TURNS_AN_INSTANCE === 0) writeCommit(root, answer);
      return promptOf(answer);
    });
    writeJson(join(root, "prompt", `${stem}.json`), prompts);
  }
  closeSync(ledger);
}

// ---------------------------------------------------------------------------------------------

const tomlOf = ({
  url,
  concurrency,
}: NonNullable<Size["server"]> = NOBODY): string => `[provider.loop]
base_url = "${url}"
max_concurrency = ${concurrency}
[provider.loop.price."bench/judge-a"]
input = 0.2
output = 0.8
[king]
provider = "loop"
model = "bench/king"
[challenger]
provider = "loop"
model = "bench/challenger"
[judge]
provider = "loop"
models = ["bench/judge-a", "bench/judge-b", "bench/judge-c"]
thinking_models = []
`;

const NOBODY = { url: "http://127.0.0.1:9/v1", concurrency: 16 };

const writeJson = (path: string, value: unknown): void =>
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);

const PAGE = Array.from(
  { length: 400 },
  (_, n) =>
    `src/part_${n % 37}/module_${n}.py:${n * 3 + 1}: def handle_${n}(value): return value + ${n}`,
).join("\n");

const idOf = (turn: number): string => {
  const instance = Math.floor(turn / TURNS_AN_INSTANCE);
  return `owner-${instance % REPOS}__project-${instance % REPOS}-${instance}`;
};

function answerOf(turn: number, chars: number): Answer {
  const instance = Math.floor(turn / TURNS_AN_INSTANCE);
  const listing = `turn ${turn}\n${PAGE.repeat(Math.ceil(chars / PAGE.length))}`;
  return {
    schema: SCHEMA,
    instance_id: idOf(turn),
    king: `THOUGHT: I look at module_${turn % 400} first.\n\n\`\`\`bash\nsed -n '1,80p' src/part_${turn % 37}/module_${turn % 400}.py\n\`\`\``,
    challenger: `THOUGHT: The listing names handle_${turn % 400}; who calls it says what to change.\n\n\`\`\`bash\ngrep -rn 'handle_${turn % 400}' src | head -20\n\`\`\``,
    assistant: `THOUGHT: Look around.\n\n\`\`\`bash\nls src\n\`\`\``,
    messages: [
      { role: "system", content: "Answer with a THOUGHT and one bash block." },
      { role: "user", content: `Mend handle_${turn % 400} of project ${instance}.` },
      { role: "assistant", content: "THOUGHT: Search.\n\n```bash\ngrep -rn handle src\n```" },
      { role: "user", content: listing.slice(0, chars) },
    ],
    repo: `owner-${instance % REPOS}/project-${instance % REPOS}`,
    turn: (turn % TURNS_AN_INSTANCE) + 1,
    origin: { dataset: "bench/turns", revision: null, file: null, row: turn },
    king_run: runOf("bench/king"),
    challenger_run: runOf("bench/challenger"),
    audit: { verdict: "clean", findings: [], version: "bench" },
  };
}

const runOf = (model: string): RunInfo => ({
  model,
  provider: "loop",
  prompt_version: "bench",
  config_hash: "0123456789abcdef",
  usage: USAGE,
  cost_usd: null,
  attempts: 1,
  finish_reason: "stop",
  time: TIME,
});

function promptOf({ instance_id, repo, turn, messages, assistant, origin }: Answer) {
  return { instance_id, repo, turn, messages, assistant, origin };
}

function writeCommit(root: string, { instance_id, repo }: Answer): void {
  writeJson(join(root, "commit", `${instance_id}.json`), {
    instance_id,
    repo,
    base_commit: "0".repeat(40),
    title: "Mend the handler",
    problem_statement: "The handler adds the wrong number.",
    pr_description: "",
    patch:
      "diff --git a/src/a.py b/src/a.py\n--- a/src/a.py\n+++ b/src/a.py\n@@ -1 +1 @@\n-old\n+new\n",
    test_patch: "",
    files: ["src/a.py"],
    language: "Python",
  });
}

/** The score file of a model turn: all seats given, with votes that differ by turn, judge and order. */
function judgedTurn(answer: Answer, seed: number, rules: DuelRules): Score {
  const opening = {
    file: "model.json",
    answer,
    previous: null,
    style: actionStyle(answer.challenger, undefined),
    force: false,
    retry: false,
    rejudge: null,
    reparse: false,
  };
  let turn = openTurn(opening, rules);
  for (const [at, item] of itemsOf(turn, rules, new Set()).entries()) {
    const rng = seededRng(seed, `votes of ${at}`);
    const better = item.request.tag.order === "king_first" ? 2 : 1;
    const votes = METRICS.map((metric) => [metric, voteOf(rng(), seed / MODELS, better)]);
    const content = JSON.stringify({
      ...Object.fromEntries(votes),
      reason:
        "The second answer looks for the callers; the first reads a file it has seen a part of. ".repeat(
          3,
        ),
    });
    const reply = {
      provider: "loop",
      model: item.request.model,
      content,
      reasoning: null,
      finish_reason: "stop",
      refusal: null,
      request_id: null,
      usage: USAGE,
      cost_usd: null,
      latency_ms: 900,
    };
    turn = withOutcome(turn, item, { ok: true, reply }, TIME, rules);
  }
  return turn.score;
}

/** A share of draws, and among the other votes a share for the challenger that grows with the turn. */
function voteOf(chance: number, share: number, better: 1 | 2): 0 | 1 | 2 {
  if (chance < DRAWS) return 0;
  return (chance - DRAWS) / (1 - DRAWS) < share ? better : better === 1 ? 2 : 1;
}

function scoreOf(model: Score | undefined, name: string, answer: Answer): Score {
  if (model === undefined) throw new Error("there is a model for every turn");
  const pair_hash = pairHash(answer.messages, answer.king, answer.challenger);
  return {
    ...model,
    file: name,
    instance_id: answer.instance_id,
    repo: answer.repo,
    pair_hash,
    lengths: { opponent: answer.king.length, challenger: answer.challenger.length },
    judges: model.judges.map((judge) => ({ ...judge, pair_hash })),
  };
}

/** Eight calls, a line before and a line after each. */
function ledgerOf(name: string, turn: number): string {
  const calls = [
    ["king", "king", "bench/king"],
    ["challenger", "challenger", "bench/challenger"],
    ...["a", "a", "b", "b", "c", "c"].map((judge) => ["validate", "judge", `bench/judge-${judge}`]),
  ];
  const lines = calls.flatMap(([stage, role, model], at) => {
    const call = {
      id: `b${turn.toString(36)}-${at}`,
      time: TIME,
      stage,
      item: `${stage}/${name}/${at}`,
      role,
      provider: "loop",
      model,
      tokens_in: USAGE.prompt_tokens,
      tokens_cached: USAGE.cached_tokens,
      tokens_out: USAGE.completion_tokens,
      tokens_reasoning: 0,
      usd: null,
    };
    return [
      { ...call, event: "intent", latency_ms: null, outcome: null },
      { ...call, event: "outcome", latency_ms: 900, outcome: "ok" },
    ];
  });
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}
