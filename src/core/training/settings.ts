/** The settings of a run: the method's own file, under a --config, under flags. */
import { UserError } from "../../errors.ts";
import type { TrainConfig } from "../../records/train-config.ts";
import type { Method, TrainDatasetSettings } from "../../records/train-run.ts";

export type TrainSettings = {
  readonly method: Method;
  readonly model: string;
  readonly seed: number;
  readonly dataset: TrainDatasetSettings;
  readonly lora: Readonly<Record<string, unknown>> | null;
  readonly training: Readonly<Record<string, unknown>>;
};

/** The file of training/configs/ that holds a method's settings. */
export const METHOD_FILES: Readonly<Record<Method, string>> = {
  sft: "lora-qwen2.5-3b.json",
  dpo: "dpo.json",
  kto: "kto.json",
  sdft: "sdft.json",
};

/** Lays configs over each other, later ones on top; `lora: null` takes the adapter away. */
export function laidOver(...configs: readonly TrainConfig[]): TrainConfig {
  return configs.reduce((below, above) => ({
    ...below,
    ...above,
    dataset: { ...below.dataset, ...above.dataset },
    training: { ...below.training, ...above.training },
    ...(above.lora === null
      ? { lora: null }
      : above.lora === undefined && below.lora === null
        ? { lora: null }
        : { lora: { ...below.lora, ...above.lora } }),
  }));
}

/** All that a run needs. @throws UserError when a key is missing: a file of ours was edited. */
export function settled(method: Method, config: TrainConfig): TrainSettings {
  const { model, seed, dataset, lora, training } = config;
  const { dev_split, min_patch_chars, include_empty, max_examples, max_tokens } = dataset ?? {};
  if (
    model === undefined ||
    seed === undefined ||
    lora === undefined ||
    dev_split === undefined ||
    min_patch_chars === undefined ||
    include_empty === undefined ||
    max_examples === undefined ||
    max_tokens === undefined
  ) {
    throw new UserError(
      `training/configs/${METHOD_FILES[method]} lacks settings that every run needs`,
      "take the file as the project has it (git checkout training/configs), and lay your own over it with --config",
    );
  }
  const settings = { dev_split, min_patch_chars, include_empty, max_examples, max_tokens };
  return { method, model, seed, dataset: settings, lora, training: training ?? {} };
}

/** The flags that every command which trains takes. */
export type TrainerFlags = {
  readonly model?: string;
  readonly maxSteps?: number;
  /** KEY=VALUE pairs. */
  readonly training?: readonly string[];
  /** KEY=VALUE pairs; false: no adapter. */
  readonly lora?: readonly string[] | false;
};

/** What they name of a configuration. @throws UserError for a pair without "=". */
export function trainerConfig({ model, maxSteps, training, lora }: TrainerFlags): TrainConfig {
  const flags = {
    ...(model === undefined ? {} : { model }),
    ...(lora === false
      ? { lora: null }
      : lora === undefined
        ? {}
        : { lora: pairsOf("--lora", lora) }),
    training: {
      ...pairsOf("--training", training ?? []),
      ...(maxSteps === undefined ? {} : { max_steps: maxSteps }),
    },
  };
  return flags as TrainConfig;
}

/**
 * KEY=VALUE pairs of a flag as settings: values are JSON, and text where they are none.
 * @throws UserError for a pair without "=".
 */
export function pairsOf(flag: string, pairs: readonly string[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf("=");
      if (at > 0) return [pair.slice(0, at), valueOf(pair.slice(at + 1))];
      throw new UserError(
        `${flag} "${pair}" is no KEY=VALUE`,
        `for example ${flag} ${flag === "--lora" ? "r=8" : "learning_rate=1e-4"}`,
      );
    }),
  );
}

// ---------------------------------------------------------------------------------------------

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
