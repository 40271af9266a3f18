/**
 * Masking an exported turn once more before it becomes a training row: files in final/ may be older
 * than a rule, or edited by hand.
 */
import type { Exported } from "../../records/exported.ts";
import type { Message } from "../../records/message.ts";
import { maskSecrets, type MaskOptions } from "./mask.ts";

export type MaskedTurn = {
  readonly exported: Exported;
  /** Kinds found now or masked before, in any text. */
  readonly kinds: ReadonlySet<string>;
  /** True when a text of the masked turn held a secret: its mask stands in it. */
  holds(text: string): boolean;
};

/** Masks answers, reference and every message, tool calls included. */
export async function maskExported(turn: Exported, options: MaskOptions): Promise<MaskedTurn> {
  const mask = async (text: string): Promise<string> => (await maskSecrets(text, options)).text;
  const messages: Message[] = [];
  for (const message of turn.messages) {
    const content = await mask(message.content);
    const calls = message.tool_calls;
    messages.push(
      calls === undefined
        ? { ...message, content }
        : // A mask is one word of capitals: JSON stays JSON.
          {
            ...message,
            content,
            tool_calls: JSON.parse(await mask(JSON.stringify(calls))) as unknown[],
          },
    );
  }
  const exported = {
    ...turn,
    messages,
    king: await mask(turn.king),
    challenger: await mask(turn.challenger),
    assistant: await mask(turn.assistant),
  };
  const texts = [exported.king, exported.challenger, ...messages.map((one) => one.content)];
  const kinds = new Set(texts.flatMap((text) => masksIn(text)));
  return { exported, kinds, holds: (text) => masksIn(text).length > 0 };
}

// ---------------------------------------------------------------------------------------------

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
