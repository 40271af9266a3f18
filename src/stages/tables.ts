/**
 * tables: answers, scores and verdicts as Parquet for DuckDB and its kin, in report/tables/. Reads answer/ and
 * score/; what stays in answer/ (hidden words, tries, evidence) is in no table, and secrets are masked.
 */
import { openTable } from "../builders/table-files.ts";
import type { Config } from "../config.ts";
import { hidesChallenger } from "../core/exit/hidden.ts";
import {
  answerTableRow,
  scoreTableRow,
  TABLES,
  verdictTableRows,
  type TableName,
} from "../core/report/table-rows.ts";
import { UserError } from "../errors.ts";
import { unlessBroken } from "../io/broken-file.ts";
import { listAnswers, listRefined, type AnswerFile } from "../io/answers.ts";
import { folderFor } from "../io/dataset/table-folder.ts";
import type { Store } from "../io/store.ts";
import { sweepEnded } from "../io/sweep.ts";
import { answerSchema, type Answer } from "../records/answer.ts";
import { scoreSchema, type Score } from "../records/score.ts";

export type MadeTable = { readonly name: TableName; readonly path: string; readonly rows: number };

export type MadeTables = {
  readonly made: readonly MadeTable[];
  /** Broken files: their turns are in no table. */
  readonly unread: ReadonlySet<string>;
};

/** @throws UserError where there are no answers. */
export async function tables(config: Config, store: Store): Promise<MadeTables> {
  const files = [...(await listAnswers(store)), ...(await listRefined(store))];
  if (files.length === 0) {
    throw new UserError(
      "tables: there are no answers in answer/",
      "run `npm run stage:king` first",
    );
  }
  await folderFor(store, FOLDER);
  await sweepEnded(store.path(FOLDER));
  const open = (Object.keys(TABLES) as TableName[]).map((name) => {
    const path = `${FOLDER}/${name}.parquet`;
    return { name, path, table: openTable(store.path(path), name, config) };
  });
  const add = async (name: TableName, rows: readonly object[]): Promise<void> => {
    await open.find((one) => one.name === name)?.table.add(rows.map((row) => ({ ...row })));
  };
  const unread = new Set<string>();
  try {
    for (const { name, path } of files) {
      const turn = await unlessBroken(unread, () => readTurn(store, { name, path }));
      if (turn === null) continue;
      const { answer, score } = turn;
      if (config.source.exclude_ids.includes(answer.instance_id)) continue;
      await add("answers", [answerTableRow(name, answer)]);
      if (score === null) continue;
      await add("scores", [scoreTableRow(score)]);
      await add("verdicts", verdictTableRows(score, hidesChallenger(answer)));
    }
    const made: MadeTable[] = [];
    for (const { name, path, table } of open) made.push({ name, path, rows: await table.finish() });
    return { made, unread };
  } finally {
    for (const { table } of open) await table.drop();
  }
}

// ---------------------------------------------------------------------------------------------

const FOLDER = "report/tables";

type Turn = { readonly answer: Answer; readonly score: Score | null };

/** @throws BrokenFile */
async function readTurn(store: Store, { name, path }: AnswerFile): Promise<Turn> {
  const answer = await store.read(path, answerSchema);
  return { answer, score: await store.readIfThere(`score/${name}`, scoreSchema) };
}
