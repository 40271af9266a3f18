/** npm run compare -- ROOT_A ROOT_B: two workspaces side by side, as Markdown on stdout. */
import { existingFolder, parseFlags, runScript, stageCommand } from "../src/command/cli.ts";

const command = stageCommand({
  name: "compare",
  about:
    "Reads answer/, score/ and review/ of two workspaces and prints scores, gate, paired differences by metric with intervals, and the turns that changed bucket. Writes nothing; --json prints the comparison as one line.",
  example: "npm run compare -- run-a run-b",
  flags: ["json"],
})
  .argument("<root_a>", "first workspace")
  .argument("<root_b>", "second workspace");

await runScript(async () => {
  const flags = parseFlags(command, process.argv.slice(2));
  const { loadConfig } = await import("../src/config.ts");
  const { compareSides, comparisonDocument } = await import("../src/core/report/compare.ts");
  const { markdownOf } = await import("../src/core/report/markdown.ts");
  const { openStore } = await import("../src/io/store.ts");
  const { sideOf } = await import("../src/stages/compare.ts");
  const [nameA = "", nameB = ""] = flags.args;
  const side = (name: string): ReturnType<typeof sideOf> => {
    const root = existingFolder("compare", name);
    return sideOf(name, loadConfig(root), openStore(root));
  };
  const [a, b] = [await side(nameA), await side(nameB)];
  process.stdout.write(
    flags.json ? `${JSON.stringify(compareSides(a, b))}\n` : markdownOf(comparisonDocument(a, b)),
  );
  return 0;
});
