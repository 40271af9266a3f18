/** Lines of a log, parsed as they come: files are larger than memory should be, and lines can be huge. */
import { readLines } from "../jsonl.ts";

/** Lines that were no JSON; `torn`: the last one, of a file that is being written. */
export type LineFaults = { bad: number; torn: number };

/**
 * Every line's value in order. `isNoise` says of a line's text that it need not be parsed. Lines that
 * are no JSON are counted in `faults` and left out.
 * @throws UserError when the file cannot be read.
 */
export async function* logLines(
  path: string,
  faults: LineFaults,
  isNoise: ((line: string) => boolean) | null = null,
): AsyncGenerator<unknown> {
  let wasBad = false;
  for await (const { bytes } of readLines(path)) {
    if (wasBad) faults.bad++;
    wasBad = false;
    const text = bytes.toString("utf8");
    if (isNoise?.(text) === true) continue;
    let value: unknown;
    try {
      value = JSON.parse(text.startsWith("\uFEFF") ? text.slice(1) : text);
    } catch {
      wasBad = true; // Counted when it is known whether another line follows.
      continue;
    }
    yield value;
  }
  if (wasBad) faults.torn++;
}

/** The first values of a file. */
export async function firstValues(path: string, count: number): Promise<unknown[]> {
  const found: unknown[] = [];
  let left = count;
  for await (const { bytes } of readLines(path)) {
    try {
      found.push(JSON.parse(bytes.toString("utf8").replace(/^\uFEFF/, "")));
    } catch {
      // Whoever reads the whole file counts it.
    }
    if (--left === 0) break;
  }
  return found;
}
