/** npm run compare -- ROOT_A ROOT_B: two workspaces side by side on stdout. */
import {
  existingFolder,
  parseFlags,
  runScript,
  stageCommand,
  type CommonFlags,
} from "../src/command/cli.ts";

const command = stageCommand({
  name: "compare",
  about:
    "Reads answer/, score/ and review/ of two workspaces and prints scores, gate, paired differences by metric with intervals, and the turns that changed bucket. Writes nothing; --json prints the comparison as one line, --markdown as a document to keep.",
  example: "npm run compare -- run-a run-b",
  flags: ["json"],
  rootless: true,
})
  .argument("<root_a>", "first workspace")
  .argument("<root_b>", "second workspace")
  .option("--markdown", "print Markdown instead of text for a terminal", false);

await runScript(async () => {
  type Flags = CommonFlags & { readonly markdown: boolean };
  const flags = parseFlags<Flags>(command, process.argv.slice(2));
  const { loadConfig } = await import("../src/config.ts");
  const { compareSides, comparisonDocument } = await import("../src/core/report/compare.ts");
  const { markdownOf } = await import("../src/core/report/markdown.ts");
  const { plainTextOf } = await import("../src/core/report/plain-text.ts");
  const { openStore } = await import("../src/io/store.ts");
  const { refuseSame, sideOf } = await import("../src/stages/compare.ts");
  const [nameA = "", nameB = ""] = flags.args;
  const roots = [nameA, nameB].map((name) => existingFolder("compare", name));
  await refuseSame(roots);
  const side = (name: string, root = ""): ReturnType<typeof sideOf> =>
    sideOf(name, loadConfig(root), openStore(root));
  const [a, b] = [await side(nameA, roots[0]), await side(nameB, roots[1])];
  const written = flags.markdown ? markdownOf : plainTextOf;
  process.stdout.write(
    flags.json ? `${JSON.stringify(compareSides(a, b))}\n` : written(comparisonDocument(a, b)),
  );
  return 0;
});
