/** Who reigned, on what data, by how much, and what of the held-out repositories is spent. */
import { html, raw } from "hono/html";
import { blocksHtml } from "../core/report/html.ts";
import { reignPage } from "../core/report/story-reign.ts";
import type { Lineage } from "../records/lineage.ts";
import { asTyped, type Typing } from "../core/text/typed-command.ts";
import { messageBody, type Html } from "./page.ts";

/** null: nobody has challenged the king yet. The blocks escape their texts themselves. */
export function reignBody(lineage: Lineage | null, typing: Typing): Html {
  if (lineage === null || lineage.challenges.length === 0) {
    return messageBody("Nobody has challenged the king", [
      asTyped(
        "`npm run reign -- dataset/export` trains on a set and lets the checkpoint duel the king.",
        typing,
      ),
    ]);
  }
  return html`<div id="content" class="report">
    <h1>The throne</h1>
    ${raw(blocksHtml(reignPage(lineage)))}
  </div>`;
}
