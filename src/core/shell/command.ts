/** One simple command of a script, as everybody reads it who has to know what a turn does. */

export type ShellRedirect = {
  /** ">", ">>", "<", ">&", "&>", "<<<", "<<" ... */
  readonly op: string;
  /** File, descriptor, here-string, or the delimiter of a here-document; quotes removed. */
  readonly target: string;
  /** The number (or {name}) before the operator; "" when there is none. */
  readonly fd: string;
};

export type ShellCommand = {
  /**
   * First word: "grep", "./run.sh", "$TOOL", "[[", "((", "export". "" when there are only
   * assignments or redirects, also for the redirects of a whole group: `{ a; b; } > out`.
   */
  readonly program: string;
  /** Quotes and backslashes removed; expansions and substitutions left as text: "$HOME/x". */
  readonly args: readonly string[];
  readonly redirects: readonly ShellRedirect[];
  /** Bodies of here-documents, in order, as written. */
  readonly heredocs: readonly string[];
  /** Assignments before the program: "A=1"; quotes removed. */
  readonly assigns: readonly string[];
  /** It reads what the command before it in a pipeline writes. */
  readonly piped: boolean;
  /** It stands inside $( ), backticks, <( ) or >( ). */
  readonly substituted: boolean;
};
