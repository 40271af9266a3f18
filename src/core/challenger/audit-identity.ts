/** Which part of [audit] a recorded drop is bound to: settings that a key of later builds did not change. */
/** What the keys that came later are where nobody set them: they leave the identity of older records alone. */
const UNSET: Readonly<Record<string, unknown>> = {
  retry_min: 1.5,
  canaries: 0.2,
  rollouts: false,
  grounding_of: "unread",
};

export function auditIdentity(
  audit: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(audit).filter(([key, value]) => UNSET[key] !== value));
}
