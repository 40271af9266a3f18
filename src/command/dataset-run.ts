/** Runs a builder's stage with its config, lock and store: what is loaded behind the flags. */
import { finish, type CommonFlags } from "./cli.ts";
import { loadConfig, type Config } from "../config.ts";
import { configHash } from "../core/turn/hash.ts";
import { maskedSummary } from "./masked-summary.ts";
import { lockWorkspace } from "../io/lock.ts";
import { saveRun } from "../io/run-file.ts";
import { sweepTemps } from "../io/sweep.ts";
import { checkLinks } from "../io/workspace-links.ts";
import { openStore } from "../io/store.ts";
import type { Deps } from "../deps.ts";
import type { StageSummary } from "../work.ts";

/** What a builder needs of the world: it asks no model. */
export type DatasetDeps = Pick<Deps, "store" | "now">;

/** A builder's stage; `begun`: what its script began before chain.toml was read. */
export type Builder<Flags, Begun> = (
  config: Config,
  deps: DatasetDeps,
  options: Flags,
  begun: Begun,
) => Promise<StageSummary>;

/** Lock, stage, run.json, summary, exit code. @param name of the script, for example "stage:repair". */
export async function runBuilder<Flags extends CommonFlags, Begun>(
  name: string,
  flags: Flags,
  load: () => Promise<Builder<Flags, Begun>>,
  begun: Begun,
): Promise<number> {
  const config = loadConfig(flags.root);
  await checkLinks(flags.root);
  const unlock = await lockWorkspace(flags.root, name.replace(/^stage:/, ""));
  try {
    await sweepTemps(flags.root);
    const store = openStore(flags.root);
    const started = new Date();
    const builder = await load();
    const summary = await builder(config, { store, now: () => new Date() }, flags, begun);
    await saveRun(store, await maskedSummary(summary, config), {
      started,
      wallMs: Date.now() - started.getTime(),
      configHash: configHash({ ...config, env: undefined, root: undefined }),
    });
    return finish(summary, flags);
  } finally {
    await unlock();
  }
}
