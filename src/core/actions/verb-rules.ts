/**
 * Programs with verbs: package managers, build tools, runners of scripts, services. The verb decides;
 * what the program's own tables do not know falls to the general list, then to `otherwise`.
 */
import type { Kind } from "./act-kind.ts";
import { flagKind } from "./flag-rules.ts";
import { WRITE_WORDS } from "./programs.ts";
import { PROGRAMS } from "./verb-tables.ts";
import { VERSION_CONTROL } from "./version-control.ts";
import { asksAboutItself, hasFlag, verbOf, wordSet } from "./words-after.ts";

/** undefined: no program of these tables. */
export function verbKind(name: string, args: readonly string[]): Kind | undefined {
  const rules = PROGRAMS.get(name) ?? CONTROLS.get(name);
  if (rules === undefined) return undefined;
  if (asksAboutItself(args)) return "search";
  const { verb, rest } = verbOf(args, rules.valued);
  if (verb === "") return rules.bare ?? rules.otherwise;
  const special = rules.flags?.find(([, words, flag]) => words.test(verb) && hasFlag(args, flag));
  if (special !== undefined) return special[0];
  // `docker compose ps`, `npm pkg get`, `gh pr view`: the word behind decides.
  const deep = rules.groups?.has(verb) === true ? verbOf(rest).verb || "list" : verb;
  const kind = KINDS.find((one) => rules[one]?.has(deep) === true);
  if (kind !== undefined) return kind;
  if (rules.scripts?.has(verb) === true) return scriptNameKind(verbOf(rest).verb, rest);
  if (rules.ownScripts === true) return scriptNameKind(verb, rest);
  if (SEARCHES.has(deep)) return "search";
  return rules.otherwise;
}

/** What `npm run NAME`, `just NAME` or `pdm run NAME` does, by the words of the name and its flags. */
export function scriptNameKind(name: string, args: readonly string[]): Kind {
  if (name === "") return "search";
  const known = flagKind(name, args);
  if (known !== undefined) return known;
  if (hasFlag(args, /^(--fix|--write)$/)) return "write";
  const words = name.toLowerCase().split(/[^a-z0-9]+/);
  if (words.some((word) => /^(check|test|tests|verify|lint)$/.test(word)))
    return words.some((word) => /^(fix|write|update)$/.test(word)) ? "write" : "verify";
  if (words.some((word) => STARTS.has(word))) return "call";
  return words.some((word) => WRITE_WORDS.has(word) || word === "fmt" || word === "codegen")
    ? "write"
    : "verify";
}

// ---------------------------------------------------------------------------------------------

const CONTROLS = new Map(Object.entries(VERSION_CONTROL));
const KINDS = ["verify", "write", "search", "read", "call"] as const;

const STARTS = wordSet(
  "start dev serve server watch deploy publish release install preview storybook up down migrate seed",
);
const SEARCHES = wordSet(
  "list ls show info view search status describe version help tree outdated why env config-list logs ps",
);
