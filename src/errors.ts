/**
 * The one error class. A UserError is something the person at the keyboard can mend; it is printed
 * as what, where and how to mend it, without a trace. Anything else that is thrown is our bug and
 * crashes with its trace.
 */
export class UserError extends Error {
  /** How to mend it, as an instruction: "edit chain.toml line 14, for example min_margin = 5". */
  readonly hint: string;

  constructor(message: string, hint: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "UserError";
    this.hint = hint;
  }
}

/** The `code` of a Node system error (ENOENT, ENOSPC ...), or "" when there is none. */
export function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string"
    ? error.code
    : "";
}

/** The message of anything that can be thrown. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
