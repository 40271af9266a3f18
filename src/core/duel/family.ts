/** Judges favour their own kind: a judge of a contestant's family is worth a warning. */

/** "same family as moonshotai/Kimi-K2, which it judges", or null. */
export function familyWarning(judge: string, contestants: readonly string[]): string | null {
  const relative = contestants.find((model) => isSameFamily(judge, model));
  return relative === undefined ? null : `same family as ${relative}, whose replies it judges`;
}

/** Same maker ("moonshotai/...") or same leading name ("Kimi-K2" and "kimi-k2.6"). */
export function isSameFamily(a: string, b: string): boolean {
  const [one, other] = [namesOf(a), namesOf(b)];
  if (one.line !== "" && one.line === other.line) return true;
  return one.maker !== "" && one.maker === other.maker && !HOSTS.has(one.maker);
}

// ---------------------------------------------------------------------------------------------

/** Prefixes that say who serves or recorded a model, not who made it. */
const HOSTS: ReadonlySet<string> = new Set([
  "recorded",
  "unsloth",
  "thebloke",
  "chutesai",
  "together",
  "fireworks",
  "local",
]);

function namesOf(model: string): { maker: string; line: string } {
  const parts = model.toLowerCase().split("/");
  const base = parts.at(-1) ?? "";
  return {
    maker: parts.length > 1 ? (parts.at(-2) ?? "") : "",
    line: /^[a-z]+/.exec(base)?.[0] ?? "",
  };
}
