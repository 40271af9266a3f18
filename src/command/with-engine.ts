/** `--engine`: who asks the models, for one command. */
import { Option, type Command } from "commander";
import { ENGINES } from "../config-schema/engine-names.ts";
import type { Config } from "../config.ts";

export function withEngineFlag(command: Command): Command {
  return command.addOption(new Option("--engine <name>", "who asks the models").choices(ENGINES));
}

/** @param named as the flag says it; undefined: chain.toml's holds */
export function withEngine(config: Config, named: string | undefined): Config {
  const name = ENGINES.find((one) => one === named);
  return name === undefined ? config : { ...config, engine: { ...config.engine, name } };
}
