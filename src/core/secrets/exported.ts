/**
 * Masking an exported turn once more before it becomes a training row: files in final/ may be older
 * than a rule, or edited by hand.
 */
import type { Exported } from "../../records/exported.ts";
import { searchableText } from "../turn/calls.ts";
import type { MaskOptions } from "./mask.ts";
import { mapTexts, maskTexts, type NamedText } from "./mask-texts.ts";

export type MaskedTurn = {
  readonly exported: Exported;
  /** Kinds found now or masked before, in any text. */
  readonly kinds: ReadonlySet<string>;
  /** True when a text of the masked turn held a secret: its mask stands in it. */
  holds(text: string): boolean;
};

/** Masks answers, reference and every message, calls, results and reasoning included. */
export async function maskExported(turn: Exported, options: MaskOptions): Promise<MaskedTurn> {
  const { king_message, challenger_message, assistant_message } = turn;
  const said = { king_message, challenger_message, assistant_message };
  const held = {
    messages: turn.messages,
    king: turn.king,
    challenger: turn.challenger,
    assistant: turn.assistant,
    said,
  };
  const texts: NamedText[] = [];
  mapTexts(held, (text, key) => {
    texts.push({ text, key });
    return text;
  });
  const masked = await maskTexts(texts, options);
  let at = 0;
  const clean = mapTexts(held, () => masked.texts[at++] ?? "");
  const { said: cleanSaid, ...rest } = clean;
  const exported = { ...turn, ...rest, ...withoutAbsent(cleanSaid) };
  const shown = [rest.king, rest.challenger, ...rest.messages.map(searchableText)];
  const kinds = new Set(shown.flatMap((text) => masksIn(text)));
  return { exported, kinds, holds: (text) => masksIn(text).length > 0 };
}

// ---------------------------------------------------------------------------------------------

function withoutAbsent<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, held]) => held !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

/**
 * The kinds named by masks: MASKED_HF_TOKEN -> hf_token. Names that merely start like one
 * (numpy's MASKED_ARRAY) and e-mail addresses, which tell no secret, are none.
 */
function masksIn(text: string): string[] {
  if (!text.includes("MASKED_")) return [];
  return [...text.matchAll(/\bMASKED_([A-Z0-9_]{2,60})/g)]
    .map((match) => match[1] ?? "")
    .filter((kind) => /(?:TOKEN|KEY|KEY_ID|PASSWORD|JWT|SECRET|WEBHOOK|CREDENTIALS?)$/.test(kind))
    .map((kind) => kind.toLowerCase());
}
