/**
 * Masks whole records, whatever their shape: every text in them, at any depth. Rows of one run repeat
 * its history, so a text that was looked at lately is not searched again.
 */
import { isTelling, mapTexts, maskNamed } from "../secrets/mask-texts.ts";

/** What a workspace wants masked beside secrets: its settings, so that no exit forgets them. */
export type ExitSettings = { readonly audit: { readonly mask_emails: boolean } };

export type Masker = {
  /** The records in their order; one that holds no secret is handed back as it is. */
  mask<T>(records: readonly T[]): Promise<T[]>;
  /** Records that held a secret, by its kind. */
  counts(): Readonly<Record<string, number>>;
};

export function makeMasker({ audit }: ExitSettings): Masker {
  const options = { emails: audit.mask_emails };
  const known = new Map<string, Known>();
  const counts = new Map<string, number>();
  let chars = 0;
  let hasSecrets = false;

  const learn = async (records: readonly unknown[]): Promise<void> => {
    const fresh = new Map<string, { readonly text: string; readonly key: string | null }>();
    for (const record of records) {
      eachText(record, (text, key) => {
        const place = placeOf(text, key);
        if (text.length >= SHORTEST && !known.has(place)) fresh.set(place, { text, key });
      });
    }
    for (const [place, named] of fresh) {
      chars += place.length;
      const after = await maskNamed(named, options);
      const kinds = Object.keys(after.found);
      if (kinds.length > 0) hasSecrets = true;
      known.set(place, kinds.length === 0 ? CLEAN : { text: after.text, kinds });
    }
  };

  const maskOne = <T>(record: T): T => {
    const kinds = new Set<string>();
    eachText(record, (text, key) => {
      for (const kind of known.get(placeOf(text, key))?.kinds ?? []) kinds.add(kind);
    });
    if (kinds.size === 0) return record;
    for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    return mapTexts(record, (text, key) => known.get(placeOf(text, key))?.text ?? text);
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
export async function masked<T>(record: T, settings: ExitSettings): Promise<T> {
  const [only] = await makeMasker(settings).mask([record]);
  return only ?? record;
}

// ---------------------------------------------------------------------------------------------

type Known = { readonly text: string | null; readonly kinds: readonly string[] };

const CLEAN: Known = { text: null, kinds: [] };

/** Nothing that is told as a secret is shorter. */
const SHORTEST = 8;
/** Some megabytes of memory a thread. */
const REMEMBERED_CHARS = 2_000_000;

/** What a text is remembered by: its key with it, where that may make a secret of it. */
const placeOf = (text: string, key: string | null): string =>
  isTelling({ text, key }) ? `${key}\n${text}` : text;

/** Keys are texts as well: what a model writes into the arguments of a call may stand there. */
function eachText(
  value: unknown,
  see: (text: string, key: string | null) => void,
  key: string | null = null,
): void {
  if (typeof value === "string") see(value, key);
  else if (Array.isArray(value)) for (const item of value) eachText(item, see, key);
  else if (typeof value === "object" && value !== null) {
    for (const [name, inner] of Object.entries(value)) {
      see(name, null);
      eachText(inner, see, name);
    }
  }
}
