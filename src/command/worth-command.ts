/** The flags of `npm run worth`. */
import { InvalidArgumentError } from "commander";
import type { OutcomeName } from "../records/worth.ts";
import { stageCommand, wholeNumber } from "./cli.ts";
import { shareNumber } from "./numbers.ts";

/** In the order in which they decide. Not the record's own list: flags are read before packages. */
const OUTCOMES: readonly OutcomeName[] = ["gym", "action", "duel"];

const ARMS = ["reference", "king", "challenger", "winner"];

export const worthCommand = stageCommand({
  name: "worth",
  about:
    "Reads the judged turns of final/, refined/ and defeat/. Trains arms on the same turns that differ in the answer alone (the reference's, the king's, the challenger's, the panel's winner), each with several seeds, and has every checkpoint play the gym's tasks, where there are any, and answer held-out turns of other repositories; judges of [worth] outside the panel may weigh the answers. Writes evaluation/worth/: report.md, report.html and worth.json with differences and their intervals over seeds and repositories together. Stopped, it goes on where it was.",
  example: "npm run worth -- --estimate",
  flags: ["only", "force", "concurrency", "yes", "json"],
})
  .option("--arms <names>", `of ${ARMS.join(", ")}`, arms, ARMS)
  .option("--buckets", "also arms by bucket, of matched turns", false)
  .option("--seeds <n>", "trainings of each arm; under 5 nothing is decided", wholeNumber, 5)
  .option("--held-out <f>", "share of the turns whose repositories are held out", shareNumber, 0.3)
  .option("--answers <n>", "held-out turns that are answered", wholeNumber, 200)
  .option("--max-new-tokens <n>", "of a written answer", wholeNumber, 256)
  .option("--batch-tokens <n>", "padded tokens of a batch", wholeNumber, 16_384)
  .option(
    "--outcomes <names>",
    `of ${OUTCOMES.join(", ")}: the first decides; by default all there are`,
    outcomes,
  )
  .option(
    "--gym-tasks <n>",
    "tasks of the gym that each checkpoint plays, at most",
    wholeNumber,
    50,
  )
  .option("--gym-runs <n>", "how often it plays each", wholeNumber, 1)
  .option("--gym-python <program>", "a Python 3.11 or newer with pip, for the gym")
  .option("--base-url <url>", "a server that has every checkpoint under its name, for the gym")
  .option("--config <file>", "settings laid over training/configs/lora-qwen2.5-3b.json")
  .option("--model <id or folder>", "the base model: an id of the Hub or a folder")
  .option("--max-steps <n>", "stop each training after so many steps", wholeNumber)
  .option("--training <key=value...>", "any setting of TRL's trainer (training.KEY)")
  .option("--lora <key=value...>", "any setting of peft's LoraConfig (lora.KEY)")
  .option("--no-lora", "train all weights")
  .option("--cpu", "on the CPU, and ask nothing", false)
  .option("--estimate", "say how long it would take, and train nothing", false)
  .option("--allow-benchmarks", "train on test problems of benchmarks too", false);

// ---------------------------------------------------------------------------------------------

function arms(value: string): string[] {
  return namesOf(value, ARMS);
}

function outcomes(value: string): OutcomeName[] {
  const named = namesOf(value, OUTCOMES);
  return OUTCOMES.filter((name) => named.includes(name));
}

function namesOf(value: string, known: readonly string[]): string[] {
  const named = value.split(",").map((name) => name.trim());
  const unknown = named.find((name) => !known.includes(name));
  if (unknown === undefined) return named;
  throw new InvalidArgumentError(`${unknown} is none of ${known.join(", ")}.`);
}
