/** What sections of chain.toml beside [dataset] say of every training set. */
import type { Config } from "../config.ts";
import type { SetWide } from "../core/dataset/settings.ts";

export const setWide = ({ source, audit }: Config): SetWide => ({
  excludeIds: source.exclude_ids,
  maskEmails: audit.mask_emails,
});
