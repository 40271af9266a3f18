/**
 * A workspace in which a checkpoint may challenge: turns of repositories, a set of others, a checkpoint
 * that was trained on it, and one server that plays king and judges.
 */
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openStore } from "../../src/io/store.ts";
import { plannedRun } from "../../src/trainer/train-run.ts";
import { openSet } from "../../src/trainer/training-set.ts";
import type { FakeServer } from "./fake-server.ts";
import type { FakeTrainer } from "./fake-trainer.ts";
import type { ChatBody } from "./llm-server.ts";
import { tempProject } from "./project.ts";
import { trainingFiles } from "./training-set.ts";

export const KING_SAYS = "THOUGHT: I look around.\n\n```bash\nls\n```";
export const CHALLENGER_SAYS = "THOUGHT: The test names the file.\n\n```bash\ncat setup.py\n```";

/**
 * The king's words, or a judge's: for whom, more or less clearly from turn to turn.
 * @param mark words that the challenger's answer has and nothing else.
 */
export const playedBy =
  (favours: "challenger" | "king", mark = "cat setup.py") =>
  (request: ChatBody): string => {
    if (request.model !== "judge-a" && request.model !== "judge-b") return KING_SAYS;
    const text = request.messages.map(({ content }) => content).join("\n");
    const isFirst = text.lastIndexOf(mark) < text.lastIndexOf("I look around");
    const won = (favours === "challenger") === isFirst ? 1 : 2;
    const clear = 3 + (Number(/task (\d+)/.exec(text)?.[1] ?? 0) % 3);
    const metrics = ["correctness", "grounding", "progress", "protocol", "efficiency"];
    return JSON.stringify({
      ...Object.fromEntries(metrics.map((name, at) => [name, at < clear ? won : 0])),
      reason: "It looks at the right file.",
    });
  };

export const reignToml = (url: string, more = ""): string => `
[provider.loop]
base_url = "${url}"
[king]
provider = "loop"
model = "king-model"
[judge]
provider = "loop"
models = ["judge-a", "judge-b"]
thinking_models = []
${more}
`;

/** Turns of `repos` repositories, none of which is in the set. */
export function heldOutTurns(repos: number, each = 1): object[] {
  return Array.from({ length: repos * each }, (_, at) => ({
    instance_id: `held${at % repos}__repo${at % repos}-${at}`,
    repo: `held${at % repos}/repo${at % repos}`,
    turn: 1,
    messages: [
      { role: "system", content: "You are an agent. Answer with a THOUGHT and one bash block." },
      { role: "user", content: `task ${at}` },
    ],
    assistant: "THOUGHT: I list.\n\n```bash\nls -la\n```",
    origin: { dataset: null, revision: null, file: null, row: at },
  }));
}

export type ReignWish = {
  readonly url: string;
  readonly turns?: readonly object[];
  readonly toml?: string;
  readonly files?: Readonly<Record<string, unknown>>;
};

export function reignWorkspace({
  url,
  turns = heldOutTurns(12),
  toml = "",
  files = {},
}: ReignWish): string {
  return tempProject({
    "chain.toml": reignToml(url, toml),
    [`prompt/prompts_${turns.length}_001.json`]: turns,
    ...trainingFiles("set", 16),
    ...files,
  });
}

/** A checkpoint of dataset/set as training leaves it, merged: what a server says of it is in says.txt. */
export async function trainedCheckpoint(root: string, says = CHALLENGER_SAYS): Promise<void> {
  const store = openStore(root);
  const settings = {
    method: "sft",
    model: "owner/base",
    seed: 42,
    dataset: {
      dev_split: null,
      min_patch_chars: 0,
      include_empty: false,
      max_examples: null,
      max_tokens: null,
    },
    lora: { r: 4 },
    training: {},
  } as const;
  const set = await openSet("train", join(root, "dataset/set"), ["prompt-completion"]);
  const run = await plannedRun(store, { settings, set, onCpu: true });
  const folder = "artifacts/checkpoints/set-sft";
  await store.write(`${folder}/run.json`, run);
  await store.write(`${folder}/train.json`, {
    schema: 1,
    name: run.name,
    dataset: run.dataset.path,
    dataset_hash: run.dataset.hash,
    run_hash: run.run_hash,
    method: run.method,
    model: run.model,
    config: { dataset: settings.dataset, lora: settings.lora, training: {} },
    seed: 42,
    versions: {},
    device: "cpu",
    processes: 1,
    curve: [],
    steps: 2,
    epochs: 1,
    hours: 0.1,
    peak_memory_mb: 1,
    rows_given: 16,
    rows_left_out: {},
    rows_trained: 16,
    tokens_trained: 100,
    files: [],
  });
  mergedFolder(join(root, folder, "merged"), says);
}

/** Whole weights as a server of ours looks at them. */
export function mergedFolder(path: string, says = CHALLENGER_SAYS): void {
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, "config.json"), "{}");
  writeFileSync(join(path, "generation_config.json"), '{"do_sample": true}');
  writeFileSync(join(path, "says.txt"), says);
}

/** A Python that trains as one fake does and serves as the other. */
export function trainsAndServes(trainer: FakeTrainer, server: FakeServer): string {
  const python = join(tempProject(), "python");
  writeFileSync(
    python,
    `#!/bin/sh\nif [ "$1" = "-c" ]; then shift 2; exec "${server.program}" "$@"; fi\nexec "${trainer.python}" "$@"\n`,
  );
  chmodSync(python, 0o755);
  return python;
}
