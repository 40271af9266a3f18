/** What one command does, before a whole turn is judged by it. */

/**
 * `run`: a program of unknown purpose was run: words decide; `call`: an act on the world that is none of the
 * others (an install, a message sent); `none`: nothing but `cd`, `export`, `echo`.
 */
export type Kind =
  "final" | "blocked" | "verify" | "write" | "read" | "search" | "run" | "call" | "none";
