/**
 * The settings file of the trainer that a set is written for: it learns the judged words and nothing else,
 * and cuts nothing.
 */
import type { Format, Trainer } from "./format-names.ts";

export type TrainFacts = {
  readonly trainer: Trainer | null;
  /** Formats with rows, the main one first, with the files of their splits. */
  readonly formats: readonly {
    readonly format: Format;
    readonly train: string | null;
    readonly validation: string | null;
  }[];
  readonly hasCalls: boolean;
  /** Of the longest row. */
  readonly maxTokens: number;
  /** Counted by a tokenizer; else estimated. */
  readonly isExact: boolean;
};

export type SettingsFile = { readonly name: string; readonly text: string };

/** What the trainer reads beside the rows; none for a plain set. */
export function settingsFiles(facts: TrainFacts): SettingsFile[] {
  switch (facts.trainer) {
    case "trl":
      return facts.formats.flatMap(({ format }) => trlFile(format));
    case "llamafactory":
      return llamafactoryFiles(facts);
    case "axolotl":
      return axolotlFiles(facts);
    case "verl":
      return [{ name: "verl-sft.yaml", text: verlText(facts) }];
    case "prime-rl":
      return [{ name: "prime-rl-sft.toml", text: primeText(facts) }];
    case "verifiers":
      return [{ name: "kingmaker_env.py", text: VERIFIERS }];
    case null:
      return [];
    default:
      return facts.trainer satisfies never;
  }
}

/** A limit that no row reaches: estimated tokens may be half of the real ones, and templates add their own. */
export function lengthLimit({
  maxTokens,
  isExact,
}: Pick<TrainFacts, "maxTokens" | "isExact">): number {
  const needed = isExact ? maxTokens * 1.1 + 256 : maxTokens * 2 + 512;
  return Math.ceil(needed / STEP) * STEP;
}

// ---------------------------------------------------------------------------------------------

const STEP = 1024;

function trlFile(format: Format): SettingsFile[] {
  const command = { "prompt-completion": "sft", preference: "dpo", kto: "kto" }[format as string];
  if (command === undefined) return [];
  const text = [
    `# trl ${command} --config trl-${command}.yaml --model_name_or_path YOUR-MODEL, started in this folder`,
    "dataset_name: .",
    `dataset_config: ${format}`,
    "# Rows over a limit are cut or dropped without a word.",
    "max_length: null",
    ...(command === "kto" ? ["per_device_train_batch_size: 4"] : []),
    `output_dir: ../trl-${command}`,
    "report_to: none",
  ];
  return [{ name: `trl-${command}.yaml`, text: lines(text) }];
}

function llamafactoryFiles(facts: TrainFacts): SettingsFile[] {
  const entries = facts.formats.flatMap(({ format, train, validation }) =>
    [train, validation].flatMap((file, at) =>
      file === null
        ? []
        : [[nameOf(format, at > 0), llamafactoryEntry(format, file, facts.hasCalls)] as const],
    ),
  );
  const runs = facts.formats.flatMap(({ format, train, validation }) => {
    const stage = { sharegpt: "sft", preference: "dpo", kto: "kto" }[format as string];
    if (stage === undefined || train === null) return [];
    const text = [
      `# llamafactory-cli train llamafactory-${stage}.yaml, started in this folder`,
      "model_name_or_path: YOUR-MODEL",
      "template: YOUR-TEMPLATE",
      `stage: ${stage}`,
      "do_train: true",
      "finetuning_type: lora",
      "dataset_dir: .",
      `dataset: ${nameOf(format, false)}`,
      ...(validation === null ? [] : [`eval_dataset: ${nameOf(format, true)}`]),
      `cutoff_len: ${lengthLimit(facts)}`,
      ...(stage === "sft" ? ["mask_history: true"] : []),
      `output_dir: ../llamafactory-${stage}`,
    ];
    return [{ name: `llamafactory-${stage}.yaml`, text: lines(text) }];
  });
  const info = {
    name: "dataset_info.json",
    text: `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`,
  };
  return [info, ...runs];
}

const nameOf = (format: Format, isValidation: boolean): string =>
  `kingmaker_${format}${isValidation ? "_validation" : ""}`;

function llamafactoryEntry(format: Format, file: string, hasCalls: boolean): object {
  const tools = hasCalls ? { tools: "tools" } : {};
  const base = { file_name: file, formatting: "sharegpt" };
  if (format === "preference") {
    const columns = { messages: "conversations", chosen: "chosen", rejected: "rejected", ...tools };
    return { ...base, ranking: true, columns };
  }
  const kto = format === "kto" ? { kto_tag: "label" } : {};
  return { ...base, columns: { messages: "conversations", ...kto, ...tools } };
}

/** Else axolotl passes on what it finds behind a loop over `message`, and calls vanish with another name. */
const AXOLOTL_KEYS = [
  "  message_property_mappings:",
  ...["role", "content", "tool_calls", "tool_call_id", "name"].map((key) => `    ${key}: ${key}`),
];

function axolotlFiles(facts: TrainFacts): SettingsFile[] {
  return facts.formats.flatMap(({ format, train, validation }) => {
    if (train === null || (format !== "openai" && format !== "preference")) return [];
    const how =
      format === "openai"
        ? [
            "  type: chat_template",
            "  field_messages: messages",
            ...(facts.hasCalls ? ["  field_tools: tools", ...AXOLOTL_KEYS] : []),
            "  # 0 on all that was not judged: without this line the whole history is learned.",
            "  message_field_training: weight",
            "  roles_to_train: []",
            "  train_on_eos: turn",
          ]
        : [
            "  type: chat_template.default",
            "  field_messages: prompt",
            "  field_chosen: chosen",
            "  field_rejected: rejected",
          ];
    const set = (file: string): string[] => [`- path: ${file}`, "  ds_type: json", ...how];
    const name = format === "openai" ? "axolotl-sft.yaml" : "axolotl-dpo.yaml";
    const text = [
      `# axolotl train ${name}, started in this folder`,
      "base_model: YOUR-MODEL",
      ...(format === "openai" ? [] : ["rl: dpo"]),
      "chat_template: tokenizer_default",
      "datasets:",
      ...set(train),
      ...(validation === null ? [] : ["test_datasets:", ...set(validation), "  split: train"]),
      `sequence_len: ${lengthLimit(facts)}`,
      `output_dir: ../${name.replace(".yaml", "")}`,
    ];
    return [{ name, text: lines(text) }];
  });
}

function verlText(facts: TrainFacts): string {
  const [main] = facts.formats;
  return lines([
    "# keys of verl's SFT trainer; the history is one user message, the answer the only assistant's",
    "data:",
    `  train_files: ${main?.train ?? ""}`,
    `  val_files: ${main?.validation ?? main?.train ?? ""}`,
    "  messages_key: messages",
    `  max_length: ${lengthLimit(facts)}`,
    "  truncation: error",
  ]);
}

function primeText(facts: TrainFacts): string {
  return lines([
    "# keys of prime-rl's SFT trainer, which joins prompt and completion and learns every assistant message",
    "[data]",
    'type = "sft"',
    'name = "."',
    `seq_len = ${lengthLimit(facts)}`,
  ]);
}

const VERIFIERS = `"""An environment of the rows beside this file: full marks for the judged answer, word for word.

For verifiers 0.1 to 0.3: version 0.4 has environments of another kind alone.
"""

from pathlib import Path

import verifiers as vf
from datasets import load_dataset


def said(completion) -> str:
    return completion if isinstance(completion, str) else completion[-1]["content"]


def same_answer(completion, answer, **_) -> float:
    return float(said(completion).strip() == answer.strip())


def load_environment(**_) -> vf.Environment:
    rows = load_dataset(str(Path(__file__).parent), "prompt-completion", split="train")
    rows = rows.remove_columns("metadata")
    return vf.SingleTurnEnv(dataset=rows, rubric=vf.Rubric(funcs=[same_answer]))
`;

const lines = (all: readonly string[]): string => `${all.join("\n")}\n`;
