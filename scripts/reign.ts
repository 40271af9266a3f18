/** npm run reign: the checkpoint that a set makes duels the king on held-out turns, and may follow it. */
import { runScript, stageCommand, wholeNumber, type CommonFlags } from "../src/command/cli.ts";
import { agrees } from "../src/command/confirm.ts";
import { loraWish } from "../src/command/lora-flag.ts";
import { countNumber } from "../src/command/numbers.ts";
import { runStage } from "../src/command/run-stage.ts";
import type { ReignOptions } from "../src/stages/reign.ts";

const command = stageCommand({
  name: "reign",
  about:
    "Trains on a set (as stage:train does), serves the checkpoint, has it and the king answer turns of repositories that neither has seen, and puts both before the panel. Crowned when the gate accepts it in [reign] wins duels, each on repositories not used before. Writes reign/lineage.json and a workspace for each duel. Stopped anywhere, the same command goes on.",
  example: "npm run reign -- dataset/export",
  flags: ["force", "retry", "concurrency", "yes", "json"],
})
  .argument("[set]", "the set to train on, relative to the workspace")
  .option("--checkpoint <name>", "one that is there already, below artifacts/checkpoints/")
  .option(
    "--turns <dir>",
    "the workspace whose prompt/ has the held-out turns; by default this one",
  )
  .option("--base-url <url>", "a server that has the checkpoint already")
  .option("--server-model <name>", "what that server calls it")
  .option("--port <n>", "for the server that is started; by default a free one", wholeNumber)
  .option("--config <file>", "training settings laid over the method's own file")
  .option("--method <name>", "sft, dpo, kto or sdft")
  .option("--model <id or folder>", "the base model: an id of the Hub or a folder")
  .option("--name <name>", "of the checkpoint's folder; by default the set's name and the method")
  .option("--max-steps <n>", "stop training after so many steps", wholeNumber)
  .option("--seed <n>", "of order, dropout and first weights", countNumber)
  .option("--max-tokens <n>", "leave out longer rows (dataset.max_tokens)", wholeNumber)
  .option("--training <key=value...>", "any setting of TRL's trainer (training.KEY)")
  .option("--lora <key=value...>", "any setting of peft's LoraConfig (lora.KEY)")
  .option("--no-lora", "train all weights")
  .option("--cpu", "train and serve on the CPU, and ask nothing", false)
  .option("--allow-benchmarks", "train on test problems of benchmarks too", false);

type Flags = CommonFlags & Omit<ReignOptions, "set" | "agree" | "inside"> & { args: string[] };

await runScript(() =>
  runStage<Flags>(command, async () => {
    const [{ reign }, { runsInside }] = await Promise.all([
      import("../src/stages/reign.ts"),
      import("../src/command/wiring.ts"),
    ]);
    return (config, deps, flags) => {
      const { lora, args, ...rest } = flags as Flags & { lora: unknown };
      const set = args[0] === undefined ? {} : { set: args[0] };
      return reign(config, deps, {
        ...rest,
        ...loraWish(lora),
        ...set,
        agree: agrees,
        inside: runsInside(flags),
      });
    };
  }),
);
