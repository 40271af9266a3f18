/** What the draw measures with: a tokenizer and held-out problems, read when [source] names them. */
import { resolve } from "node:path";
import type { Config } from "../config.ts";
import { overlapIndex, sharedGrams } from "../core/audit/overlap.ts";
import { textTokens } from "../core/dataset/tokenizer.ts";
import type { Gauges } from "../core/sample/select.ts";
import { UserError } from "../errors.ts";
import { readHeldOut } from "../io/held-out.ts";
import { expandHome } from "../io/home-path.ts";
import { readJsonFile } from "../io/json-file.ts";

/** @throws UserError when max_history_tokens has no tokenizer, or a file that is named is of no use. */
export async function openGauges(config: Config): Promise<Gauges> {
  return { countTokens: await tokenGauge(config), ...(await heldOutGauge(config)) };
}

// ---------------------------------------------------------------------------------------------

async function tokenGauge({ root, source }: Config): Promise<Gauges["countTokens"]> {
  if (source.max_history_tokens === 0) return null;
  if (source.tokenizer === undefined) {
    throw new UserError(
      "prompt: [source].max_history_tokens counts tokens, but [source].tokenizer names no tokenizer.json",
      'set tokenizer = "path/to/tokenizer.json" as the model\'s repository has it, or use max_history_chars',
    );
  }
  const path = resolve(root, expandHome(source.tokenizer));
  return textTokens(
    await readJsonFile(path, { flag: "[source].tokenizer", wanted: "a tokenizer.json" }),
    path,
  );
}

/** [source].held_out is read for every draw: it is small, and may have grown. */
async function heldOutGauge({ root, source }: Config): Promise<Pick<Gauges, "heldOutGrams">> {
  if (source.held_out === undefined) return {};
  const index = overlapIndex(await readHeldOut(root, source.held_out));
  return { heldOutGrams: (pr) => sharedGrams(pr, index) };
}
