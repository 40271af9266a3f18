/** npm run stage:train: a set and a base model become a checkpoint, by TRL's trainers. */
import { runScript, stageCommand, wholeNumber, type CommonFlags } from "../src/command/cli.ts";
import { agrees } from "../src/command/confirm.ts";
import { loraWish } from "../src/command/lora-flag.ts";
import { countNumber, shareNumber } from "../src/command/numbers.ts";
import { runStage } from "../src/command/run-stage.ts";
import type { TrainOptions } from "../src/stages/train.ts";

const command = stageCommand({
  name: "stage:train",
  about:
    "Reads a set of dataset/ and trains a model on it in training/.venv (npm run setup:training makes it): LoRA on all linear layers of Qwen2.5-3B-Instruct unless the configuration says otherwise. Counts the tokens of every row first, drops and cuts none. Writes artifacts/checkpoints/<name>/ with train.json. Stopped or killed, it goes on at the newest whole checkpoint.",
  example: "npm run stage:train -- dataset/export --config training/configs/speedrun.json",
  flags: ["limit", "force", "yes", "json"],
})
  .argument("<set>", "the set's folder, relative to the workspace")
  .option("--config <file>", "settings laid over the method's own file in training/configs/")
  .option("--method <name>", "sft, dpo, kto or sdft")
  .option("--model <id or folder>", "the base model: an id of the Hub or a folder")
  .option("--name <name>", "of the checkpoint's folder; by default the set's name and the method")
  .option("--max-steps <n>", "stop after so many steps", wholeNumber)
  .option("--seed <n>", "of order, dropout and first weights", countNumber)
  .option("--max-tokens <n>", "leave out longer rows (dataset.max_tokens)", wholeNumber)
  .option("--max-examples <n>", "train on so many rows (dataset.max_examples)", wholeNumber)
  .option("--dev-split <f>", "share that is trained on where no validation file is", shareNumber)
  .option("--min-patch-chars <n>", "leave out shorter answers", countNumber)
  .option("--include-empty", "train on rows with an empty answer too")
  .option("--training <key=value...>", "any setting of TRL's trainer (training.KEY)")
  .option("--lora <key=value...>", "any setting of peft's LoraConfig (lora.KEY)")
  .option("--no-lora", "train all weights")
  .option("--cpu", "train on the CPU, and ask nothing", false)
  .option("--estimate", "say tokens, time and memory, and train nothing", false)
  .option("--merge", "also write the merged model, in float32", false)
  .option("--allow-benchmarks", "train on test problems of benchmarks too", false)
  .option("--repo <owner/name>", "say what would be sent to that model of the Hub")
  .option("--push", "send it", false)
  .option("--public", "everybody may read it", false);

type Flags = CommonFlags & Omit<TrainOptions, "set" | "agree"> & { readonly args: string[] };

await runScript(() =>
  runStage<Flags>(command, async () => {
    const { train } = await import("../src/stages/train.ts");
    return (config, deps, flags) => {
      const { lora, ...rest } = flags as Flags & { lora: unknown };
      return train(config, deps, {
        ...rest,
        ...loraWish(lora),
        set: flags.args[0] ?? "",
        agree: agrees,
      });
    };
  }),
);
