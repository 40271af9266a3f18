/** npm run config: prints every key of chain.toml with the value in force. */
import TOML from "@iarna/toml";
import { parseFlags, runScript, stageCommand, type CommonFlags } from "../src/cli.ts";
import { loadConfig } from "../src/config.ts";

const command = stageCommand({
  name: "config",
  about:
    "Prints every section and key of chain.toml with the value in force: what the file says, defaults elsewhere. Secrets are not part of it.",
  example: "npm run config -- --root my-run",
});

await runScript(async () => {
  const flags = parseFlags<CommonFlags>(command, process.argv.slice(2));
  const { root: _root, env: _env, ...values } = loadConfig(flags.root);
  const plain: unknown = JSON.parse(JSON.stringify(values));
  process.stdout.write(
    flags.json ? `${JSON.stringify(plain)}\n` : TOML.stringify(plain as TOML.JsonMap),
  );
  return 0;
});
