/**
 * Ids as file names: the one function for it. Percent-encoded, so that nothing can leave the folder; cut
 * with a hash where it would be too long for a file system; no name that Windows keeps for devices.
 */
import { createHash } from "node:crypto";

/** Letters, digits, "_", "-" and inner dots stay; at most 200 bytes. */
export function safeName(id: string): string {
  const name = encoded(id);
  const free = DEVICE.test(name) ? `%${hexOf(name)}${name.slice(1)}` : name;
  return free.length <= MAX_BYTES
    ? free
    : `${free.slice(0, CUT_AT).replace(/%.?$/, "")}~${hashOf(id)}`;
}

/**
 * Every name that the file of an id may have, the one to write first: then that of older builds, then the
 * one of an id that differs from another in case alone.
 */
export function namesFor(id: string): readonly string[] {
  const older = encoded(id);
  const names = [safeName(id), ...(older.length <= LONGEST_OLD ? [older] : []), apartName(id)];
  return [...new Set(names)];
}

/** A name of its own for an id that differs from another in case alone. */
export function apartName(id: string): string {
  return `${encoded(id).slice(0, CUT_AT).replace(/%.?$/, "")}~${hashOf(id)}`;
}

// ---------------------------------------------------------------------------------------------

/** Leaves room in 255 bytes for an ending and for a temp file's. */
const MAX_BYTES = 200;
const CUT_AT = 160;
const LONGEST_OLD = 250;

/** What Windows takes for a device, whatever the ending. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

const hexOf = (name: string): string => name.charCodeAt(0).toString(16).toUpperCase();

const hashOf = (id: string): string => createHash("sha256").update(id).digest("hex").slice(0, 16);

function encoded(id: string): string {
  return encodeURIComponent(id.replace(/\p{Surrogate}/gu, "\uFFFD"))
    .replace(/[!'()*~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/^\.+/, (dots) => "%2E".repeat(dots.length));
}
