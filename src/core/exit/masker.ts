/**
 * Masks whole records, whatever their shape: every text in them, at any depth. Rows of one run repeat
 * its history, so a text that was looked at lately is not searched again.
 */
import { maskSecrets, type MaskOptions } from "../secrets/mask.ts";
import { mapTexts } from "../secrets/mask-texts.ts";

export type Masker = {
  /** The records in their order; one that holds no secret is handed back as it is. */
  mask<T>(records: readonly T[]): Promise<T[]>;
  /** Records that held a secret, by its kind. */
  counts(): Readonly<Record<string, number>>;
};

export function makeMasker(options: MaskOptions = {}): Masker {
  const known = new Map<string, Known>();
  const counts = new Map<string, number>();
  let chars = 0;
  let hasSecrets = false;

  const learn = async (records: readonly unknown[]): Promise<void> => {
    const fresh = new Set<string>();
    for (const record of records) {
      eachText(record, (text) => {
        if (text.length >= SHORTEST && !known.has(text)) fresh.add(text);
      });
    }
    for (const text of fresh) {
      chars += text.length;
      const after = await maskSecrets(text, options);
      const kinds = Object.keys(after.found);
      if (kinds.length > 0) hasSecrets = true;
      known.set(text, kinds.length === 0 ? CLEAN : { text: after.text, kinds });
    }
  };

  const maskOne = <T>(record: T): T => {
    const kinds = new Set<string>();
    eachText(record, (text) => {
      for (const kind of known.get(text)?.kinds ?? []) kinds.add(kind);
    });
    if (kinds.size === 0) return record;
    for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    return mapTexts(record, (text) => known.get(text)?.text ?? text);
  };

  return {
    async mask<T>(records: readonly T[]) {
      if (chars > REMEMBERED_CHARS) {
        known.clear();
        chars = 0;
        hasSecrets = false;
      }
      await learn(records);
      return hasSecrets ? records.map(maskOne) : [...records];
    },
    counts: () => Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

/** One record, masked. */
export async function masked<T>(record: T, options: MaskOptions = {}): Promise<T> {
  const [only] = await makeMasker(options).mask([record]);
  return only ?? record;
}

// ---------------------------------------------------------------------------------------------

type Known = { readonly text: string | null; readonly kinds: readonly string[] };

const CLEAN: Known = { text: null, kinds: [] };

/** Nothing that is told as a secret is shorter. */
const SHORTEST = 8;
/** Some megabytes of memory a thread. */
const REMEMBERED_CHARS = 2_000_000;

function eachText(value: unknown, see: (text: string) => void): void {
  if (typeof value === "string") see(value);
  else if (Array.isArray(value)) for (const item of value) eachText(item, see);
  else if (typeof value === "object" && value !== null) {
    for (const inner of Object.values(value)) eachText(inner, see);
  }
}
