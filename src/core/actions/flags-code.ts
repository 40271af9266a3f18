/** Options of tools that rewrite code by its tree, and of Clojure's launcher. */
import type { FlagRules } from "./flag-type.ts";

/** Finds code by its tree, and rewrites it where told to. */
const STRUCTURAL: FlagRules = {
  kinds: [
    ["write", /^(-U|--update-all|-i|--interactive|new)$/],
    ["verify", (args) => args[0] === "test"],
  ],
  otherwise: "search",
};
/** Aliases of deps.edn run checks or programs of the project. */
const CLOJURE: FlagRules = {
  kinds: [
    ["search", /^(-Stree|-Spath|-Sdescribe|-Sverbose|--version|-version|--help)$/],
    ["call", /^(-P|-Ttools|-X:deps.*)$/],
    ["write", /^-[MXTA]\S*:\S*(fmt\/fix|cljfmt-fix|format|fix)\b/],
    [
      "write",
      (args) =>
        args.some((arg, at) => /^(-e|--eval)$/.test(args[at - 1] ?? "") && /\(spit\b/.test(arg)),
    ],
    [
      "read",
      (args) =>
        args.some((arg, at) => /^(-e|--eval)$/.test(args[at - 1] ?? "") && /\(slurp\b/.test(arg)),
    ],
  ],
  otherwise: "verify",
};

export const CODE_FLAGS = {
  "ast-grep": STRUCTURAL,
  sg: STRUCTURAL,
  comby: { kinds: [["write", /^(-i|-in-place|--in-place|-review)$/]], otherwise: "search" },
  clj: CLOJURE,
  clojure: CLOJURE,
} satisfies Record<string, FlagRules>;
