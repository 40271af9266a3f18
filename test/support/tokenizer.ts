/**
 * A tokenizer.json that knows so many words, each a token with its number; anything else is one, too.
 * `words` begins behind "[UNK]", which is 0.
 */
export function wordLevel(words: readonly string[]): object {
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: { type: "Whitespace" },
    post_processor: null,
    decoder: null,
    model: {
      type: "WordLevel",
      vocab: Object.fromEntries(["[UNK]", ...words].map((word, id) => [word, id])),
      unk_token: "[UNK]",
    },
  };
}
