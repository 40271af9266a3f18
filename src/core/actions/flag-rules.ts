/**
 * Programs whose options decide whether they change files, check, or show: formatters, linters,
 * unpackers, patch. The first option that fits decides, else the kind in `otherwise`.
 */
import type { Kind } from "./act-kind.ts";
import type { FlagRules } from "./flag-type.ts";
import { BUILD_FLAGS } from "./flags-build.ts";
import { CODE_FLAGS } from "./flags-code.ts";
import { FILE_FLAGS } from "./flags-files.ts";
import { FORMAT_FLAGS } from "./flags-format.ts";
import { SYSTEM_FLAGS } from "./flags-system.ts";
import { hasFlag } from "./words-after.ts";

/** undefined: no program of these tables. */
export function flagKind(name: string, args: readonly string[]): Kind | undefined {
  const rules = FLAGS.get(name);
  if (rules === undefined) return undefined;
  const given = rules.kinds.find(([, when]) =>
    typeof when === "function" ? when(args) : hasFlag(args, when),
  );
  return given === undefined ? rules.otherwise : given[0];
}

// ---------------------------------------------------------------------------------------------

const FLAGS: ReadonlyMap<string, FlagRules> = new Map<string, FlagRules>(
  Object.entries({
    ...CODE_FLAGS,
    ...FORMAT_FLAGS,
    ...FILE_FLAGS,
    ...BUILD_FLAGS,
    ...SYSTEM_FLAGS,
  }),
);
