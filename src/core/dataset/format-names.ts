/** The names of the formats, for those who need no more: chain.toml's schema, flags, settings. */
import { UserError } from "../../errors.ts";
import { nearestName } from "../text/nearest.ts";

export const FORMATS = [
  "chatml",
  "alpaca",
  "sharegpt",
  "openai",
  "prompt-completion",
  "preference",
  "kto",
] as const;
export type Format = (typeof FORMATS)[number];

/** A format by name. @throws UserError that names the nearest one. */
export function formatNamed(name: string): Format {
  const format = FORMATS.find((known) => known === name);
  if (format !== undefined) return format;
  const near = nearestName(name, FORMATS);
  throw new UserError(
    `unknown format "${name}"; known are ${FORMATS.join(", ")}`,
    near === null ? "name one of these with --format" : `did you mean --format ${near}?`,
  );
}
