/** npm run schemas: writes training/schemas/ from src/records/. */
import { Command } from "commander";
import { join } from "node:path";
import { parseOwnFlags, runScript } from "../src/command/cli.ts";
import { writeWhole } from "../src/io/store.ts";
import { projectFolder, trainingFolder } from "../src/trainer/house.ts";

const command = new Command("schemas").description(
  "Writes the JSON schemas of the records that Kingmaker and its Python side share to training/schemas/. Run it after a change in src/records/; a test says when they differ.",
);

await runScript(async () => {
  parseOwnFlags(command, process.argv.slice(2));
  const { schemaFiles } = await import("../src/core/training/schema-files.ts");
  for (const [name, text] of Object.entries(schemaFiles())) {
    await writeWhole(join(trainingFolder(projectFolder), "schemas", name), text);
  }
  return 0;
});
