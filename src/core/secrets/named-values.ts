/** What one rule finds from the places where its patterns may begin. */
import { isPath, isPlaceholder } from "./looks.ts";
import type { NamedRule } from "./named-rule.ts";
import type { SecretRange } from "./rules.ts";

/**
 * What a rule finds at these places, which ascend. Where a match is refused, what it took in is looked at again:
 * it may hold the beginning of another, or, by `again`, a second value behind the same beginning.
 */
export function secretsOf(text: string, rule: NamedRule, places: readonly number[]): SecretRange[] {
  if (places.length === 0) return [];
  const found: SecretRange[] = [];
  let end = 0;
  for (const at of places) {
    if (at < end) continue;
    let match = execAt(rule.pattern, text, at);
    for (let tries = 0; match !== null; tries++) {
      const value = match.slice(1).find((group) => group !== undefined) ?? "";
      const upTo = match.index + match[0].length;
      const start = match.index + match[0].lastIndexOf(value);
      const whole = text.slice(at, upTo);
      if (!isPlaceholder(value) && !isPath(value) && rule.isReal(value, whole)) {
        found.push({ kind: rule.kind, start, end: start + value.length });
        end = upTo;
        break;
      }
      match = rule.again === undefined || tries === TRIES ? null : execAt(rule.again, text, start);
    }
  }
  return found;
}

/** Every place where a search over the whole text finds a pattern: slow, and what the others are held to. */
export function placesIn(text: string, sticky: RegExp): readonly number[] {
  const pattern = new RegExp(sticky.source, sticky.flags.replace("y", "g"));
  const places: number[] = [];
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    places.push(match.index);
    pattern.lastIndex = match.index + 1;
  }
  return places;
}

// ---------------------------------------------------------------------------------------------

/** How often a refused match is gone on with from one place. */
const TRIES = 6;

function execAt(sticky: RegExp, text: string, at: number): RegExpExecArray | null {
  sticky.lastIndex = at;
  return sticky.exec(text);
}
