/** The flags of one command as the words of another, which knows fewer of them. */
import { rootWords, type CommonFlags } from "./cli.ts";
import type { CommonFlag } from "./commands.ts";

/** `--root` as it was typed, and those of `known` that were given. */
export function flagsFor(known: readonly CommonFlag[], flags: CommonFlags): string[] {
  const given = known.flatMap((name) => {
    const value = flags[name];
    if (value === undefined || value === false) return [];
    return value === true ? [`--${name}`] : [`--${name}`, String(value)];
  });
  return [...rootWords(), ...given];
}
