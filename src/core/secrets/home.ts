/**
 * Home folders and user names: they tell who somebody is, and no secret finder looks for them. A user
 * gets one stand-in everywhere in a run, so that paths still fit together.
 */
import { literalPattern } from "../text/literal-pattern.ts";

/** Home folders in a text, doubles counted. */
export function countHomePaths(text: string): number {
  let count = 0;
  for (const { user } of homesIn(text)) if (!isStandIn(user)) count++;
  return count;
}

/** What is said of home folders: by exports and publishing of what they write, by init of what it looked at. */
export function homePathsNote(paths: number, where: string): string {
  return `${paths} home path${paths === 1 ? " is" : "s are"} in ${where}: [source].mask = "secrets+home" draws turns without them`;
}

/** User -> stand-in ("user", "user2" ...), in the order in which the texts name them. */
export function homeUsers(texts: Iterable<string>): Map<string, string> {
  const users = new Map<string, string>();
  for (const text of texts) {
    for (const { user } of homesIn(text)) {
      if (isStandIn(user) || users.has(user)) continue;
      users.set(user, users.size === 0 ? "user" : `user${users.size + 1}`);
    }
  }
  return users;
}

/**
 * The text with every home folder, and every mention of its user's name, under the stand-in. Names that
 * are no person's (dev, ubuntu) are replaced in paths alone: elsewhere they are words.
 */
export function maskHomes(text: string, users: ReadonlyMap<string, string>): string {
  if (users.size === 0) return text;
  let masked = text;
  for (const [user, standIn] of users) {
    masked = masked.replace(pathOf(user), (_all, before: string) => `${before}${standIn}`);
    if (user.length < SHORTEST_NAME || ANYBODY.has(user.toLowerCase())) continue;
    masked = masked.replace(wordOf(user), standIn);
  }
  return masked;
}

// ---------------------------------------------------------------------------------------------

/** A shorter name is a part of too many words. */
const SHORTEST_NAME = 3;

/** Accounts of machines and teachers' examples: in a path they may be a person's, as a word they are not. */
const ANYBODY: ReadonlySet<string> = new Set(
  "admin administrator app build builder circleci codespace default dev developer devuser docker git guest home jenkins linux me node nobody opam postgres public root runner shared sandbox sweagent test tester ubuntu user users username vagrant vscode work workspace www you".split(
    " ",
  ),
);

const isStandIn = (user: string): boolean =>
  /^user\d{0,3}$/.test(user) || user === "Shared" || user === "Public";

const HOMES: readonly RegExp[] = [
  /(?:\/home\/|\/Users\/|\/export\/home\/)([A-Za-z_][\w.-]{0,31})/g,
  /[A-Za-z]:(?:\\{1,4}|\/)Users(?:\\{1,4}|\/)([A-Za-z_][\w.-]{0,31})/g,
  // A path as a folder's name, as session logs of Claude Code and pi lie in one.
  /(?:^|[\s"'/-])-(?:home|Users)-([A-Za-z_]\w{0,31})(?=-)/g,
];

function* homesIn(text: string): Generator<{ user: string }> {
  if (!/home|Users/.test(text)) return;
  const found: { user: string; at: number }[] = [];
  for (const home of HOMES) {
    for (const match of text.matchAll(home)) {
      // A file in /home is none's home, and the full stop ends a sentence.
      const user = (match[1] ?? "").replace(/[.-]+$/, "");
      if (user !== "") found.push({ user, at: match.index });
    }
  }
  yield* found.sort((a, b) => a.at - b.at);
}

function pathOf(user: string): RegExp {
  return new RegExp(
    `((?:/home/|/Users/|Users\\\\{1,4}|Users/|-home-|-Users-))${literalPattern(user)}(?![\\w])`,
    "g",
  );
}

function wordOf(user: string): RegExp {
  return new RegExp(`(?<![\\w])${literalPattern(user)}(?![\\w])`, "g");
}
