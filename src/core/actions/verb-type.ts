/** What a program's verbs do. How it is read stands in verb-rules.ts. */
import type { Kind } from "./act-kind.ts";

export type VerbRules = {
  readonly [kind in "verify" | "write" | "search" | "read" | "call"]?: ReadonlySet<string>;
} & {
  readonly otherwise: Kind;
  /** Without a verb. */
  readonly bare?: Kind;
  /** Options before the verb that take a word. */
  readonly valued?: ReadonlySet<string>;
  /** Verbs behind which another verb decides. */
  readonly groups?: ReadonlySet<string>;
  /** Verbs behind which the name of a script stands. */
  readonly scripts?: ReadonlySet<string>;
  /** A verb that nobody knows is a script of the project, or a program. */
  readonly ownScripts?: boolean;
  /** [kind, verbs, a flag beside them]: before everything else. */
  readonly flags?: readonly (readonly [Kind, RegExp, RegExp])[];
};

/** A runner of the project's own scripts. */
export const SCRIPTS: VerbRules = {
  otherwise: "verify",
  ownScripts: true,
  bare: "verify",
  flags: [["search", /./, /^(-l|--list|--summary)$/]],
};
