/** The two flags of one setting: --lora KEY=VALUE..., and --no-lora. */

/** false: no adapter. Where neither was typed, commander says true and nothing is wished. */
export function loraWish(lora: unknown): { readonly lora?: readonly string[] | false } {
  return Array.isArray(lora) || lora === false ? { lora: lora as string[] | false } : {};
}
