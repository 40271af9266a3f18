/**
 * A Python side that is a Node script: it tells the events that a test gives it and leaves the files that
 * the real one leaves. What it was asked is in the log beside it.
 */
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tempProject } from "./project.ts";

export type FakeTrainer = {
  /** In place of the Python of training/.venv. */
  readonly python: string;
  /** Commands that it was given, in order. */
  asked(): string[];
};

/**
 * @param bodies what each command does, as JavaScript: `run` is the file that it read, `tell(event)`
 *   prints one, `write(name, text)` writes into the run's folder, `end(code)` ends it.
 */
export function fakeTrainer(bodies: Readonly<Record<string, string>>): FakeTrainer {
  const folder = tempProject();
  const log = join(folder, "log.txt");
  const python = join(folder, "python");
  const cases = Object.entries(bodies).map(
    ([command, body]) => `if (command === ${JSON.stringify(command)}) { ${body} }`,
  );
  writeFileSync(
    python,
    `#!${process.execPath}
const fs = require("node:fs"), path = require("node:path");
const [, , command, file] = process.argv.slice(2);
fs.appendFileSync(${JSON.stringify(log)}, command + "\\n");
const run = file === undefined ? null : JSON.parse(fs.readFileSync(file, "utf8"));
const tell = (event) => fs.writeSync(1, JSON.stringify(event) + "\\n");
const write = (name, text) => { fs.mkdirSync(run.output, { recursive: true }); fs.writeFileSync(path.join(run.output, name), text); };
const end = (code) => process.exit(code);
${cases.join("\n")}
`,
  );
  chmodSync(python, 0o755);
  return {
    python,
    asked: () => (existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : []),
  };
}

/** Trains as the real one does when all goes well: `rows` given, two steps. */
export function trainsWell(rows: number): string {
  return `
tell({ event: "rows", given: ${rows}, to_train: ${rows}, left_out: {}, validation: 0, longest: 50, tokens: ${rows * 40} });
tell({ event: "begin", step: 0, steps: 2 });
for (const step of [1, 2]) tell({ event: "step", step, steps: 2, loss: 3 - step, tokens: step * 100, tokens_per_second: 10, seconds_left: 2 - step });
write("README.md", "# card");
write("adapter_model.safetensors", "weights");
write("adapter_config.json", JSON.stringify({ base_model_name_or_path: run.model }));
const told = { schema: 1, name: run.name, dataset: run.dataset.path, dataset_hash: run.dataset.hash, run_hash: run.run_hash, method: run.method, model: run.model, config: { dataset: { dev_split: run.dataset.dev_split, min_patch_chars: run.dataset.min_patch_chars, include_empty: run.dataset.include_empty, max_examples: run.dataset.max_examples, max_tokens: run.dataset.max_tokens }, lora: run.lora, training: run.training }, seed: run.seed, versions: { trl: "1.16.0" }, device: "cpu", processes: 1, curve: [{ step: 1, loss: 2 }, { step: 2, loss: 1, eval_loss: 1.5 }], steps: 2, epochs: 1, hours: 0.5, peak_memory_mb: 700, rows_given: ${rows}, rows_left_out: {}, rows_trained: ${rows}, tokens_trained: 200, files: ["README.md", "adapter_config.json", "adapter_model.safetensors"] };
write("train.json", JSON.stringify(told));
tell({ event: "done", rows_trained: ${rows}, steps: 2 });
end(0);`;
}
