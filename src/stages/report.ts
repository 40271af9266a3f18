/**
 * The report: reads answer/, score/, review/ and the ledger, sorts every turn into its bucket, exports
 * final/, refined/ and defeat/, and writes report/report.md, report.html and the pictures beside them.
 * Same files in, same bytes out; a file that would say nothing new is not written again.
 */
import { judgePanel, type Config } from "../config.ts";
import { auditedAnswer, summarizeAudits, type AuditedAnswer } from "../core/audit/summary.ts";
import { svgFile } from "../core/report/charts/svg.ts";
import type { Document } from "../core/report/document.ts";
import { exportedOf } from "../core/report/exported.ts";
import { htmlOf } from "../core/report/html.ts";
import { markdownOf } from "../core/report/markdown.ts";
import { decide } from "../core/report/person.ts";
import type { ReportData } from "../core/report/report-data.ts";
import { sumSpending } from "../core/report/spending.ts";
import { reportOf } from "../core/report/story.ts";
import { turnRow, type TurnRow } from "../core/report/turn-row.ts";
import { addFound } from "../core/secrets/mask.ts";
import { makeTally, type Tally } from "../core/tally.ts";
import { listAnswers, type AnswerFile } from "../io/answers.ts";
import { readLedger } from "../io/read-ledger.ts";
import { readRuns } from "../io/run-file.ts";
import { writeChanged } from "../io/write-changed.ts";
import { answerSchema, BUCKETS, duelSchema, reviewSchema, scoreSchema } from "../records.ts";
import type { StageOptions, StageSummary } from "../work.ts";
import type { Deps } from "./deps.ts";

export async function report(
  config: Config,
  deps: Deps,
  options: StageOptions,
): Promise<StageSummary> {
  const { store, progress } = deps;
  const answers = await listAnswers(store, options);
  const tally = makeTally();
  const rows: TurnRow[] = [];
  const found: Readonly<Record<string, number>>[] = [];
  const audited: AuditedAnswer[] = [];

  progress.begin("report", answers.length);
  for (const answer of answers) await exportTurn(answer);
  progress.end();
  const data = await gather();
  const document = reportOf(data);
  await writeReport(document);
  return tally.summary("report", null, notesOf(data));

  async function exportTurn({ name, path }: AnswerFile): Promise<void> {
    const answer = await store.read(path, answerSchema);
    const score = await store.readIfThere(`score/${name}`, scoreSchema);
    const review = await store.readIfThere(`review/${name}`, reviewSchema);
    const row = turnRow({ file: name, answer, score, review }, config.bucket, config.duel.mode);
    rows.push(row);
    audited.push(auditedAnswer(name, answer));
    count(tally, row);
    progress.step(row.bucket === null ? "dropped" : "kept");
    for (const bucket of BUCKETS) {
      if (bucket !== row.bucket) await store.remove(`${bucket}/${name}`);
    }
    const decision =
      score === null || row.bucket === null ? null : decide(score, review, config.bucket);
    if (decision === null || row.score === null || row.metrics === null) return;
    const { exported, found: masked } = await exportedOf(
      { answer, score: row.score, metrics: row.metrics, decision },
      { emails: config.audit.mask_emails },
    );
    found.push(masked);
    await writeChanged(
      store,
      `${decision.bucket}/${name}`,
      `${JSON.stringify(exported, null, 2)}\n`,
    );
  }

  async function gather(): Promise<ReportData> {
    const spending = sumSpending();
    for await (const line of readLedger(store)) spending.add(line);
    const all = new Set((await listAnswers(store)).map(({ name }) => name));
    return {
      config: { ...config, panel: judgePanel(config) },
      duel: await duelInForce(),
      rows,
      runs: await readRuns(store),
      spending: spending.rows(),
      masked: addFound(found),
      audits: summarizeAudits(audited),
      strays: await strayFiles(all),
      selection:
        answers.length === all.size ? null : `${answers.length} of ${all.size} answer files`,
    };
  }

  /** The duel of the mode in force; one of the other mode says nothing about these scores. */
  async function duelInForce(): Promise<ReportData["duel"]> {
    const duel = await store.readIfThere("score/_duel.json", duelSchema);
    return duel !== null && duel.mode === config.duel.mode ? duel : null;
  }

  async function strayFiles(known: ReadonlySet<string>): Promise<string[]> {
    const strays: string[] = [];
    for (const bucket of BUCKETS) {
      const names = await store.list(bucket);
      strays.push(
        ...names
          .filter((name) => name.endsWith(".json") && !known.has(name))
          .map((name) => `${bucket}/${name}`),
      );
    }
    return strays;
  }

  async function writeReport(document: Document): Promise<void> {
    for (const block of document.blocks) {
      if (block.kind !== "picture") continue;
      await writeChanged(store, `report/${block.file}`, svgFile(block.chart));
    }
    await writeChanged(store, "report/report.html", htmlOf(document));
    await writeChanged(store, "report/report.md", markdownOf(document));
  }
}

// ---------------------------------------------------------------------------------------------

/** A turn that did not parse is a recorded drop; one without verdicts is pending. */
function count(tally: Tally, row: TurnRow): void {
  if (row.bucket !== null) tally.kept();
  else if (row.state === "unparsed") tally.dropped("no_quorum");
  else tally.dropped(row.state === "pending" ? "verdicts_pending" : "not_validated");
}

function notesOf({ rows }: ReportData): string[] {
  const counts = BUCKETS.map(
    (bucket) => `${bucket} ${rows.filter((row) => row.bucket === bucket).length}`,
  );
  return [`buckets: ${counts.join(", ")}`, "open report/report.md or report/report.html"];
}
