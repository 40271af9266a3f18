/** What sections of chain.toml beside [dataset] say of every training set. */
import packageJson from "../../package.json" with { type: "json" };
import type { Config } from "../config.ts";
import type { SetWide } from "../core/dataset/settings.ts";
import { configHash } from "../core/turn/hash.ts";

export const setWide = (config: Config): SetWide => ({
  excludeIds: config.source.exclude_ids,
  maskEmails: config.audit.mask_emails,
  madeWith: {
    configHash: configHash({ ...config, env: undefined, root: undefined }),
    version: packageJson.version,
    licenses: config.dataset.source_licenses,
  },
});
