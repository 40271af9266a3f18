/**
 * Masks whole records, whatever their shape: every text in them, at any depth. Rows of one run repeat
 * its history, so a text that was looked at lately is not searched again.
 */
import { maskSecrets, type MaskOptions } from "../secrets/mask.ts";
import { mapTexts, maskTexts } from "../secrets/mask-texts.ts";

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

  const learn = async (records: readonly unknown[]): Promise<void> => {
    const fresh = new Set<string>();
    for (const record of records) {
      eachText(record, (text) => {
        if (text.length >= SHORTEST && !known.has(text)) fresh.add(text);
      });
    }
    const texts = [...fresh];
    const masked = (await maskTexts(texts, options)).texts;
    for (const [at, text] of texts.entries()) {
      chars += text.length;
      const after = masked[at] ?? text;
      if (after === text) known.set(text, CLEAN);
      else {
        const { found } = await maskSecrets(text, options);
        known.set(text, { text: after, kinds: Object.keys(found) });
      }
    }
  };

  return {
    async mask<T>(records: readonly T[]) {
      if (chars > REMEMBERED_CHARS) {
        known.clear();
        chars = 0;
      }
      await learn(records);
      return records.map((record) => {
        const kinds = new Set<string>();
        eachText(record, (text) => {
          for (const kind of known.get(text)?.kinds ?? []) kinds.add(kind);
        });
        if (kinds.size === 0) return record;
        for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
        return mapTexts(record, (text) => known.get(text)?.text ?? text);
      });
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
