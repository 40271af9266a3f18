/** What a git command does: by verb, and by flags where these decide. */
import type { Kind } from "./act-kind.ts";
import { firstOperand, hasFlag, verbOf, wordSet } from "./words-after.ts";

/** `git -C dir -c k=v VERB ...`; "search" for `git` alone and its version. */
export function gitKind(args: readonly string[]): Kind {
  const { verb, rest } = verbOf(args, GLOBAL);
  if (verb === "" || verb === "help" || verb === "version") return "search";
  const special = BY_FLAGS[verb]?.(rest);
  if (special !== undefined) return special;
  if (READS.has(verb)) return "read";
  if (SEARCHES.has(verb)) return "search";
  if (CHECKS.has(verb)) return "verify";
  return WRITES.has(verb) ? "write" : "call";
}

// ---------------------------------------------------------------------------------------------

const GLOBAL = wordSet("-C -c --git-dir --work-tree --namespace --exec-path --super-prefix");

const READS = wordSet(
  "blame annotate cat-file difftool range-diff diff-tree diff-index diff-files",
);
const SEARCHES = wordSet(`
  grep status ls-files ls-tree ls-remote rev-parse describe shortlog rev-list whatchanged for-each-ref merge-base
  name-rev show-ref show-branch count-objects check-ignore check-attr cherry var hash-object merge-tree column`);
const CHECKS = wordSet("fsck verify-commit verify-tag verify-pack");
/** The rest (clone, push, fetch, pull, maintenance ...) acts on the repository or a server. */
const WRITES = wordSet(`
  checkout restore reset add commit rm mv revert cherry-pick merge rebase clean am init switch format-patch
  update-index read-tree checkout-index filter-branch sparse-checkout mergetool lfs`);

const SUMMARY = /^--(stat|name-only|name-status|shortstat|numstat|summary|dirstat)(=.*)?$/;
const hasOperand = (rest: readonly string[]): boolean => firstOperand(rest) >= 0;

const BY_FLAGS: Readonly<Record<string, (rest: readonly string[]) => Kind | undefined>> = {
  diff: (rest) =>
    hasFlag(rest, /^--check$/) ? "verify" : hasFlag(rest, SUMMARY) ? "search" : "read",
  show: (rest) =>
    hasFlag(rest, SUMMARY) || hasFlag(rest, /^(-s|--no-patch)$/) ? "search" : "read",
  log: (rest) => (hasFlag(rest, /^(-p|-u|--patch|-L.*|-c|--cc)$/) ? "read" : "search"),
  reflog: (rest) => (/^(expire|delete)$/.test(rest[0] ?? "") ? "call" : "search"),
  apply: (rest) =>
    hasFlag(rest, /^--check$/) ? "verify" : hasFlag(rest, SUMMARY) ? "search" : "write",
  stash: (rest) => (rest[0] === "show" ? "read" : rest[0] === "list" ? "search" : "write"),
  worktree: (rest) => (rest[0] === "list" ? "search" : "write"),
  submodule: (rest) =>
    rest[0] === undefined || /^(status|summary)$/.test(rest[0]) ? "search" : "write",
  branch: (rest) =>
    hasFlag(
      rest,
      /^(-d|-D|-m|-M|-c|-C|-f|-u|--delete|--move|--set-upstream-to.*|--unset-upstream)$/,
    ) ||
    (hasOperand(rest) && !hasFlag(rest, LISTS))
      ? "call"
      : "search",
  tag: (rest) => (hasOperand(rest) && !hasFlag(rest, LISTS) ? "call" : "search"),
  remote: (rest) =>
    hasOperand(rest) && !/^(show|get-url)$/.test(verbOf(rest).verb) ? "call" : "search",
  config: (rest) => (isQuestion(rest) ? "search" : "call"),
  notes: (rest) => (/^(show|list)?$/.test(verbOf(rest).verb) ? "read" : "call"),
  archive: (rest) => (hasFlag(rest, /^(-o|--output.*)$/) ? "write" : "read"),
  bundle: (rest) => (rest[0] === "verify" || rest[0] === "list-heads" ? "search" : "write"),
  "symbolic-ref": (rest) =>
    rest.filter((arg) => !arg.startsWith("-")).length > 1 ? "call" : "search",
};

const LISTS =
  /^(-l|--list|-a|-r|-v|-vv|-n\d*|--all|--remotes|--contains|--merged|--no-merged|--points-at|--show-current|--sort.*|--format.*)$/;

/** `git config user.name`, `--get`, `-l`; with a value behind the name it sets. */
function isQuestion(rest: readonly string[]): boolean {
  if (hasFlag(rest, /^(--get.*|-l|--list|--show-origin)$/)) return true;
  if (
    hasFlag(rest, /^(--unset.*|--add|--replace-all|--remove-section|--rename-section|-e|--edit)$/)
  )
    return false;
  const words = rest.filter((arg) => !arg.startsWith("-"));
  if (words[0] === "list" || words[0] === "get") return true;
  return words.length <= 1;
}
