/** A line as it may be compared, whether it was printed, numbered, found by a search or stands in a patch. */

/** Without space around it, and without the file and number that a search or a listing puts before it. */
export function lineKey(line: string): string {
  return line.replace(/^(?:[\w./-]{1,120}:)?\s{0,8}(?:\d{1,6}(?:[:\t-]| {2}))?/, "").trim();
}
