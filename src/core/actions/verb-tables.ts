/** What the verbs of programs do, all families together. How the tables are read stands in verb-rules.ts. */
import type { VerbRules } from "./verb-type.ts";
import { BUILD_VERBS } from "./verbs-build.ts";
import { PACKAGE_VERBS } from "./verbs-package.ts";
import { PROJECT_VERBS } from "./verbs-project.ts";
import { SYSTEM_VERBS } from "./verbs-system.ts";

export const PROGRAMS: ReadonlyMap<string, VerbRules> = new Map<string, VerbRules>(
  Object.entries({ ...PACKAGE_VERBS, ...BUILD_VERBS, ...PROJECT_VERBS, ...SYSTEM_VERBS }),
);
