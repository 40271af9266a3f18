/** patch and git apply: the patch did not go in, and no test ran after it. */
import { lineAt, seek } from "./log.ts";
import type { Finding, Log } from "./types.ts";

export function readPatch(log: Log): Finding | null {
  const at = log
    .at("patch")
    .concat(log.at("gitError"))
    .sort((a, b) => a - b)
    .find((one) => isRefusal(log, one));
  if (at === undefined) return null;
  const place = /^error: (?:patch failed: )?(\S{1,300}?)(?::(\d+))?(?:: |$)/.exec(lineAt(log, at));
  return {
    runner: lineAt(log, at).startsWith("error: ") ? "git apply" : "patch",
    at,
    category: "patch_apply",
    strength: "summary",
    ...(place === null || /^(?:corrupt|No|while)$/.test(place[1] ?? "")
      ? {}
      : { file: place[1] ?? "" }),
  };
}

// ---------------------------------------------------------------------------------------------

const REFUSED =
  /^(?:error: (?:patch failed: |corrupt patch|No valid patches|unrecognized input|while searching for|git diff header lacks|.{1,300}: (?:patch does not apply|already exists in (?:working directory|index)|does not (?:exist in|match) (?:index|working)))|Hunk #\d+ (?:FAILED|ignored)|patch: \*{4} |patch unexpectedly ends|Reversed \(or previously applied\)|can't find file to patch|No file to patch)/;

function isRefusal(log: Log, at: number): boolean {
  const line = lineAt(log, at);
  if (REFUSED.test(line)) return true;
  // git apply says of a file that is not there no more than this; so may others.
  return (
    /^error: \S{1,300}: No such file or directory$/.test(line) &&
    seek(log, 0, log.lines.length, (one) => /^error: unable|^make/.test(one)) < 0
  );
}
