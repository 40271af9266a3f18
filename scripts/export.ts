/** npm run stage:export: judged turns become training rows in dataset/export/. */
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
}).option("--refined", "also learn from refined/", false);

type Flags = DatasetScriptFlags & { readonly refined: boolean };

await runScript(() =>
  runDatasetStage<Flags, null>(command, {
    begin: () => Promise.resolve(null),
    load: async () => (await import("../src/stages/export.ts")).exportTurns,
  }),
);
