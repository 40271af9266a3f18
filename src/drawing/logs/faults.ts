/** Pieces of a log that are no JSON: read as such, and counted with what the log gave. */
import type { Reading } from "../../core/formats/run.ts";
import type { LineFaults } from "../../io/sessions/log-lines.ts";

/** What JSON says, or that it is none. */
export function valueOf(
  text: string,
): { readonly ok: true; readonly value: unknown } | { readonly ok: false } {
  try {
    return { ok: true, value: JSON.parse(text) as unknown };
  } catch {
    return { ok: false };
  }
}

export function faultDrops({ bad, torn }: LineFaults): Record<string, number> {
  return { ...(bad > 0 ? { bad_line: bad } : {}), ...(torn > 0 ? { torn_line: torn } : {}) };
}

/** What was left out on the way counts with the first run, or with the log that gave none. */
export function withDrops(reading: Reading, drops: Readonly<Record<string, number>>): Reading {
  if (Object.keys(drops).length === 0) return reading;
  const [first, ...others] = reading.runs;
  if (first === undefined) return { ...reading, drops: { ...reading.drops, ...drops } };
  return { ...reading, runs: [{ ...first, drops: { ...first.drops, ...drops } }, ...others] };
}
