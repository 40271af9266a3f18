/** Options and operands of a command line, as the tables of this room look at them. */

/** A set of the words of a text: tables are written as running text. */
export const wordSet = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Where the first operand stands, behind options and the values of those in `valued`; -1 without one. */
export function firstOperand(
  args: readonly string[],
  valued: ReadonlySet<string> = NONE,
  from = 0,
): number {
  for (let at = from; at < args.length; at++) {
    const arg = args[at] ?? "";
    if (arg === "--") return at + 1 < args.length ? at + 1 : -1;
    if (valued.has(arg)) at++;
    else if (!arg.startsWith("-") || arg === "-") return at;
  }
  return -1;
}

/** The first operand and what stands behind it: a verb and its own arguments. */
export function verbOf(
  args: readonly string[],
  valued: ReadonlySet<string> = NONE,
): { readonly verb: string; readonly rest: readonly string[] } {
  const at = firstOperand(args, valued);
  return at < 0 ? { verb: "", rest: [] } : { verb: args[at] ?? "", rest: args.slice(at + 1) };
}

/** Whether any argument fits; the pattern is to be anchored. */
export const hasFlag = (args: readonly string[], pattern: RegExp): boolean =>
  args.some((arg) => pattern.test(arg));

/**
 * Whether a cluster of short options holds a letter: "i" in "-ni". Letters in `taking` take the rest
 * of their word as a value: what stands behind one of them is no option.
 */
export function hasLetter(args: readonly string[], letter: string, taking: string): boolean {
  return args.some((arg) => {
    if (!/^-[A-Za-z0-9]/.test(arg)) return false;
    for (const char of arg.slice(1)) {
      if (char === letter) return true;
      if (taking.includes(char)) return false;
    }
    return false;
  });
}

/** `--version`, `-V`, `--help`, or the bare verbs `version` and `help`. */
export const asksAboutItself = (args: readonly string[]): boolean =>
  hasFlag(args, /^(--version|-V|--help|-version)$/) ||
  (args.length === 1 && /^(version|help|-v|-h)$/.test(args[0] ?? ""));

const NONE: ReadonlySet<string> = new Set();
