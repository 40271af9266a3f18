/** npm run check-template -- FILE: what a model's chat template makes of histories with calls. */
import { parseFlags, runScript, stageCommand, type CommonFlags } from "../src/command/cli.ts";

const command = stageCommand({
  name: "check-template",
  about:
    "Reads a tokenizer_config.json or chat_template.jinja and renders ten histories with calls in nine forms, by transformers where npm run setup:training was run and by @huggingface/jinja. Says which histories the template carries, what it loses, which form it needs and whether both engines agree. Asks no model, writes nothing.",
  example: "npm run check-template -- models/mine/tokenizer_config.json",
  flags: ["json"],
}).argument("<file>", "tokenizer_config.json or chat_template.jinja");

await runScript(async () => {
  const flags = parseFlags<CommonFlags>(command, process.argv.slice(2));
  const { checkTemplate } = await import("../src/stages/check-template.ts");
  const { reportLines } = await import("../src/builders/template-check.ts");
  const { localTime } = await import("../src/io/local-time.ts");
  const report = await checkTemplate(flags.args[0] ?? "", localTime());
  process.stdout.write(
    flags.json ? `${JSON.stringify(report)}\n` : `${reportLines(report).join("\n")}\n`,
  );
  return 0;
});
