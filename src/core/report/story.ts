/** What the report says, in order: the duel as a whole first, then its parts, then every turn. */
import type { Block, Document } from "./document.ts";
import { isRecorded, type ReportData } from "./report-data.ts";
import { costBlocks } from "./story-cost.ts";
import { factBlocks, gateBlocks } from "./story-gate.ts";
import { bucketBlocks } from "./story-buckets.ts";
import { groupBlocks } from "./story-groups.ts";
import { judgeBlocks } from "./story-judges.ts";
import { outcomeBlocks } from "./story-outcomes.ts";
import { auditBlocks } from "./story-audit.ts";
import { provenanceBlocks } from "./story-provenance.ts";
import { reignBlocks } from "./story-reign.ts";
import { refinedBlocks } from "./story-refined.ts";
import { dropBlocks, peopleBlocks } from "./story-turns.ts";
import { turnBlocks } from "./story-table.ts";
import { staleDuel } from "./stale-duel.ts";
import { unreadBlocks } from "./unread.ts";

export function reportOf(data: ReportData): Document {
  const mode = data.duel?.mode ?? data.config.duel.mode;
  const title = mode === 1 ? "Challenger against the reference" : "King against challenger";
  return {
    title,
    blocks: [
      ...noticeBlocks(data),
      ...factBlocks(data),
      ...provenanceBlocks(data),
      ...gateBlocks(data),
      ...judgeBlocks(data),
      ...costBlocks(data),
      ...bucketBlocks(data),
      ...groupBlocks(data),
      ...refinedBlocks(data.refined),
      ...reignBlocks(data.lineage ?? null),
      ...peopleBlocks(data),
      ...outcomeBlocks(data.truth?.panel ?? null, data.truth?.labels ?? []),
      ...auditBlocks(data),
      ...dropBlocks(data),
      ...turnBlocks(data),
    ],
  };
}

// ---------------------------------------------------------------------------------------------

/** What has to be known before any number is read. */
function noticeBlocks(data: ReportData): Block[] {
  const { config, duel, rows, selection, unseen, unread } = data;
  const stale = staleDuel(data);
  const blocks: Block[] = [...unreadBlocks(unread)];
  if (stale !== null) blocks.push({ kind: "text", tone: "bad", text: `${stale}.` });
  if (isRecorded(config)) {
    blocks.push({
      kind: "text",
      tone: "note",
      text: [
        "Recorded replies: the provider ",
        { code: "offline" },
        " replays answers and verdicts that were recorded once. No model was asked, and nothing here says how a model answers today.",
      ],
    });
  }
  if (selection !== null) {
    blocks.push({
      kind: "text",
      tone: "note",
      text: `Only part of the workspace: ${selection}. The gate below is about all turns that were validated.`,
    });
  }
  if (unseen.turns > 0 && unseen.models.length > 0) {
    blocks.push({
      kind: "text",
      tone: "note",
      text: [
        `In ${unseen.turns} of ${rows.length} turns the agent said something beside its calls, and the published templates of ${unseen.models.join(", ")} leave such words out: they may not have seen them. `,
        { code: "[protocol] native = false" },
        " shows calls and words as text.",
      ],
    });
  }
  if (rows.length === 0) {
    blocks.push({
      kind: "text",
      tone: "note",
      text: [
        "There are no answers yet. Run ",
        { code: "npm run stage:prompt" },
        ", ",
        { code: "npm run stage:king" },
        " and ",
        { code: "npm run stage:challenger" },
        " first.",
      ],
    });
  } else if (duel === null) {
    blocks.push({
      kind: "text",
      tone: "note",
      text: [
        "There are no scores yet. Run ",
        { code: "npm run stage:validate" },
        " to put the answers before the panel.",
      ],
    });
  }
  const unscored = rows.filter((row) => row.state === "unscored").length;
  if (duel !== null && unscored > 0) {
    blocks.push({
      kind: "text",
      tone: "note",
      text: `${unscored} of ${rows.length} turns have no score yet: their challenger or their verdicts are missing.`,
    });
  }
  const pending = rows.filter((row) => row.state === "pending").length;
  if (pending > 0) {
    blocks.push({
      kind: "text",
      tone: "note",
      text: [
        `Verdicts are pending on ${pending} of ${rows.length} turns: they are in no bucket, and the gate is not decided. `,
        { code: "npm run stage:validate" },
        " asks for what is missing.",
      ],
    });
  }
  return blocks;
}
