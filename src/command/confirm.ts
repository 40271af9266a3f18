/**
 * The question before money is spent: on a terminal, a stage that can come to more than
 * [budget].ask_over_usd asks first. Elsewhere, and with --yes, nobody is asked.
 */
import type { CommonFlags } from "./cli.ts";
import type { Config } from "../config.ts";
import { UserError } from "../errors.ts";
import type { Store } from "../io/store.ts";

export type Terminal = {
  readonly isTTY: boolean;
  /** Shows the text and gives the line that was typed; "no" for Ctrl-C. */
  ask(text: string): Promise<string>;
};

/** The terminal that the process was started on, if it was. */
export const ownTerminal: Terminal = {
  isTTY: process.stdin.isTTY && process.stderr.isTTY,
  async ask(text) {
    const { createInterface } = await import("node:readline/promises");
    const lines = createInterface({ input: process.stdin, output: process.stderr });
    const stopping = new AbortController();
    lines.on("SIGINT", () => stopping.abort());
    try {
      return await lines.question(text, { signal: stopping.signal });
    } catch (error) {
      if (stopping.signal.aborted) return "no";
      throw error;
    } finally {
      lines.close();
    }
  },
};

/** Whether the answer is yes; null: nobody is there to be asked. */
export async function agrees(
  question: string,
  terminal: Terminal = ownTerminal,
): Promise<boolean | null> {
  if (!terminal.isTTY) return null;
  return /^y(es)?$/i.test((await terminal.ask(question)).trim());
}

/**
 * Asks before a model stage that may cost more than the configuration lets pass.
 * @throws UserError when the answer is not yes.
 */
export async function confirmSpending(
  stage: string,
  { config, store }: { readonly config: Config; readonly store: Store },
  flags: Pick<CommonFlags, "yes" | "only" | "limit">,
  terminal: Terminal = ownTerminal,
): Promise<void> {
  const limit = config.budget.ask_over_usd;
  const priced = Object.values(config.provider).some(({ price }) => Object.keys(price).length > 0);
  if (flags.yes || !priced || !terminal.isTTY) return;
  const { MODEL_STAGES, totalOf } = await import("../core/spend/estimate.ts");
  if (!MODEL_STAGES.some((one) => one === stage)) return;
  const { estimateLines } = await import("../core/spend/table.ts");
  // The planner knows every stage's prompts, and most starts do not ask: loaded when it is wanted.
  const { estimate } = await import("../stages/estimate.ts");
  const rows = (await estimate(config, store, flags)).filter((row) => row.stage === stage);
  const most = totalOf(rows.filter((row) => row.most_usd !== null)).most_usd ?? 0;
  if (most <= limit) return;
  const table = estimateLines(rows, config.engine).join("\n");
  const question = `${table}\n${stage} may cost up to $${most.toFixed(2)}. Go on? [y/N] `;
  if ((await agrees(question, terminal)) === true) return;
  throw new UserError(
    `${stage}: not started, nothing was spent`,
    "answer y, or use --yes; [budget].ask_over_usd sets from when on it asks",
  );
}
