/**
 * Many short texts as one long one. A hundred row groups of a thousand rows and five leaves are half a
 * million strings, which every garbage collection would have to look at; packed they are five hundred.
 */

export type PackedTexts = {
  readonly length: number;
  /** Of all texts together. */
  readonly chars: number;
  /** undefined past the end. */
  at(index: number): string | undefined;
};

export function packTexts(texts: readonly string[]): PackedTexts {
  const ends = new Uint32Array(texts.length);
  let end = 0;
  for (const [index, text] of texts.entries()) {
    end += text.length;
    ends[index] = end;
  }
  const all = texts.join("");
  return {
    length: texts.length,
    chars: end,
    at: (index) => (index < ends.length ? all.slice(ends[index - 1] ?? 0, ends[index]) : undefined),
  };
}
