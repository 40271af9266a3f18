/** What policies are called, in settings and in files. */
import type { Config } from "../config.ts";

/** "scripted:0.5" -> 0.5; null for anything else. */
export function skillOf(policy: string): number | null {
  const skill = policy.startsWith(SCRIPTED) ? Number(policy.slice(SCRIPTED.length)) : Number.NaN;
  return Number.isFinite(skill) && skill >= 0 && skill <= 1 ? skill : null;
}

/** The name of a policy in files: a model's own where it is "king". */
export function policyName({ king }: Config, policy: string): string {
  return skillOf(policy) === null ? `${king.provider}/${king.model}` : policy;
}

// ---------------------------------------------------------------------------------------------

const SCRIPTED = "scripted:";
