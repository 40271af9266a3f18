/** npm run stage:export: judged turns become training rows in dataset/export/. */
import { InvalidArgumentError, Option } from "commander";
import { PRIVILEGES, type Privilege } from "../src/core/dataset/format-names.ts";
import { runScript } from "../src/command/cli.ts";
import {
  datasetCommand,
  runDatasetStage,
  type DatasetScriptFlags,
} from "../src/command/dataset-cli.ts";

const command = datasetCommand({
  name: "stage:export",
  about:
    "Reads final/, refined/ and defeat/ with score/ and review/, and writes answers to learn and preference pairs to dataset/export/. Turns that leak and answers with secrets are left out. Asks no model.",
  example: "npm run stage:export -- --format openai,preference --refined",
  flags: ["limit", "only", "force", "json"],
})
  .addOption(
    new Option("--privileged <what>", "with --format privileged: what a teacher sees")
      .choices(PRIVILEGES)
      .default("pr"),
  )
  .option("--refined", "also learn from refined/")
  .option("--no-refined", "leave out refined answers (<stem>.r1.json)")
  .option("--label <labels...>", "turns whose duel says so alone: SUCCESS, FAILURE, UNKNOWN")
  .addOption(
    new Option(
      "--unit <what>",
      "a row: a turn, or a run with weights (other formats than openai: a learned turn)",
    )
      .choices(["turn", "run"])
      .default("turn"),
  )
  .option("--draw-weight <f>", "--unit run: of a run's own words at a draw, 0 to 1", weight, 0);

type Flags = DatasetScriptFlags & {
  readonly refined?: boolean;
  readonly label?: readonly string[];
  readonly unit: "turn" | "run";
  readonly drawWeight: number;
  readonly privileged: Privilege;
};

function weight(text: string): number {
  const number = text.trim() === "" ? NaN : Number(text);
  if (number >= 0 && number <= 1) return number;
  throw new InvalidArgumentError("expected a number from 0 to 1.");
}

await runScript(() =>
  runDatasetStage<Flags, null>(command, {
    begin: () => Promise.resolve(null),
    load: async () => (await import("../src/stages/export.ts")).exportTurns,
  }),
);
