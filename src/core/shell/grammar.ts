/** The shell's grammar: mvdan-sh, the parser of shfmt. Loaded by the first text that is parsed. */
import type sh from "mvdan-sh";
import { loadPackage } from "../../packages.ts";

let syntax: (typeof sh)["syntax"] | null = null;

/** The grammar's functions; the first call takes about 0.1 s. */
export function grammar(): (typeof sh)["syntax"] {
  syntax ??= loadPackage<typeof sh>("mvdan-sh").syntax;
  return syntax;
}
