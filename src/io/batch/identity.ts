/**
 * The name of a request: 40 hex of a hash over its item's key and its body with sorted keys. Another
 * prompt, model or limit is another name, so that an old result never fits a new question.
 */
import { createHash } from "node:crypto";

/** @param stableJson core/text/stable-json.ts */
export function requestId(
  key: string,
  body: unknown,
  stableJson: (value: unknown) => string,
): string {
  return createHash("sha256")
    .update(stableJson([key, body]))
    .digest("hex")
    .slice(0, 40);
}
