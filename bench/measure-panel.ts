/** npm run measure:panel: the panel's scores against what the tests said of the same answers. */
import { parseFlags, runScript, stageCommand, type CommonFlags } from "../src/command/cli.ts";
import { loadConfig } from "../src/config.ts";
import { markdownOf } from "../src/core/report/markdown.ts";
import { outcomeBody, OUTCOMES_TITLE } from "../src/core/report/story-outcomes.ts";
import { UserError } from "../src/errors.ts";
import { rowsOf, truthOf } from "../src/gym/truth.ts";
import { openStore } from "../src/io/store.ts";

const command = stageCommand({
  name: "measure:panel",
  about:
    "Reads answer/, score/ and outcome/ and prints what the panel's scores are worth: AUC and rank correlation with the difference in pass rate by judge and metric, buckets and score bands in outcomes, the leak audit where the solution is known, labels against tests, and the sizes that a narrower interval wants. Writes nothing.",
  example: "npm run measure:panel -- --root my-run",
});

await runScript(async () => {
  const flags = parseFlags<CommonFlags>(command, process.argv.slice(2));
  const [config, store] = [loadConfig(flags.root), openStore(flags.root)];
  const truth = await truthOf(config, store, await rowsOf(config, store));
  if (truth.panel === null) {
    throw new UserError(
      "measure:panel: no turn has a score and outcomes of both answers",
      "run `npm run stage:validate` and `npm run stage:rollout` on turns of gym tasks first",
    );
  }
  if (flags.json) process.stdout.write(`${JSON.stringify(truth)}\n`);
  else {
    const blocks = outcomeBody(truth.panel, truth.labels);
    process.stdout.write(markdownOf({ title: OUTCOMES_TITLE, blocks }));
  }
  return 0;
});
