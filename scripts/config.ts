/** npm run config: prints every key of chain.toml with the value in force. */
import type { JsonMap } from "@iarna/toml";
import { parseFlags, runScript, stageCommand, type CommonFlags } from "../src/command/cli.ts";
import { withoutPassword } from "../src/core/exit/address.ts";

const command = stageCommand({
  name: "config",
  about:
    "Prints every section and key of chain.toml with the value in force: what the file says, defaults elsewhere. Secrets are not part of it.",
  example: "npm run config -- --root my-run",
  flags: ["json"],
});

await runScript(async () => {
  const flags = parseFlags<CommonFlags>(command, process.argv.slice(2));
  const { default: TOML } = await import("@iarna/toml");
  const { loadConfig } = await import("../src/config.ts");
  const { configKeys } = await import("../src/config/keys.ts");
  const { masked } = await import("../src/core/exit/masker.ts");
  const config = loadConfig(flags.root);
  const { root: _root, env: _env, ...values } = config;
  const plain = await masked<unknown>(
    JSON.parse(JSON.stringify(values), (_key, value: unknown) =>
      typeof value === "string" ? withoutPassword(value) : value,
    ),
    config,
  );
  if (flags.json) {
    process.stdout.write(`${JSON.stringify(plain)}\n`);
    return 0;
  }
  process.stdout.write(TOML.stringify(plain as JsonMap));
  const unset = configKeys().filter((key) => !isSet(values, key));
  process.stdout.write("\n# Not set, and without a default:\n");
  for (const key of unset) process.stdout.write(`# ${key}\n`);
  return 0;
});

function isSet(values: object, key: string): boolean {
  const [section = "", name = ""] = key.split(".");
  if (section === "provider") return false;
  const table = Object.entries(values).find(([title]) => title === section)?.[1] as object;
  return Object.hasOwn(table, name);
}
