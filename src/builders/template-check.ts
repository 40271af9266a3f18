/** Rendering the histories of `sample/tool_histories.jsonl` in every form by one engine, and what it comes to. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  bestForm,
  FORMS,
  historySchema,
  jobOf,
  outcomeOf,
  type Outcome,
  type ToolHistory,
} from "../core/template/forms.ts";
import type { RawRender } from "../core/template/render.ts";
import { UserError } from "../errors.ts";
import { parseLine, readLines } from "../io/jsonl.ts";
import type { TemplateEngine } from "./template-engine.ts";

/** What one engine made of all histories in all forms. */
export type EngineCheck = {
  readonly words: string;
  readonly histories: readonly ToolHistory[];
  /** By form, then by history. */
  readonly raws: readonly (readonly RawRender[])[];
  readonly outcomes: readonly (readonly Outcome[])[];
};

export type TemplateReport = {
  readonly file: string;
  /** The first engine that reads the template. */
  readonly engine: string;
  /** Histories as a row has them. */
  readonly histories: readonly ({ readonly case: string } & Outcome)[];
  readonly forms: readonly { readonly form: string; readonly carried: number }[];
  /** The simplest form that carries most, and where calls stay calls. */
  readonly needs: { readonly form: string; readonly carried: number };
  readonly needs_as_calls: { readonly form: string; readonly carried: number };
  /** Renderings on which both engines agree; null: one alone was there. */
  readonly agree: {
    readonly same: number;
    readonly of: number;
    readonly differ: readonly Difference[];
  } | null;
  /** What engines said that cannot read the template. */
  readonly unread: readonly string[];
  /** What was taken to be so, since no file says it. */
  readonly notes?: readonly string[];
};

export type Difference = {
  readonly case: string;
  readonly form: string;
  /** What the second engine said where it wrote nothing. */
  readonly words?: string;
};

/** The check, or the words of an engine that cannot read the template. */
export async function checkedBy(
  start: () => Promise<TemplateEngine>,
): Promise<EngineCheck | string> {
  let engine: TemplateEngine;
  try {
    engine = await start();
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
  try {
    const histories = await toolHistories();
    const jobs = FORMS.flatMap((form) => histories.map((history) => jobOf(history, form)));
    const all = await engine.raws(jobs);
    const raws = FORMS.map((_, at) =>
      all.slice(at * histories.length, (at + 1) * histories.length),
    );
    const outcomes = raws.map((row) =>
      histories.map((history, at) => outcomeOf(row[at] ?? { fault: "no answer" }, history)),
    );
    return { words: engine.words, histories, raws, outcomes };
  } finally {
    engine.end();
  }
}

/** @param checks at least one. */
export function reportOf(
  file: string,
  checks: readonly EngineCheck[],
  unread: readonly string[],
): TemplateReport {
  const [check, other] = checks;
  if (check === undefined) throw new Error("nothing was checked");
  const { histories, outcomes } = check;
  const ofForm = FORMS.map((form, at) => ({
    form: form.words,
    carried: (outcomes[at] ?? []).filter(({ kind }) => kind === "whole").length,
  }));
  const native = FORMS.filter(({ manner }) => manner?.native !== false);
  const said = (best: ReturnType<typeof bestForm>) => ({
    form: best?.form.words ?? "",
    carried: best?.carried ?? 0,
  });
  return {
    file,
    engine: check.words,
    histories: histories.map((history, at) => ({
      case: history.case,
      ...(outcomes[0]?.[at] ?? { kind: "fault", words: "no answer" }),
    })),
    forms: ofForm,
    needs: said(bestForm(FORMS, outcomes)),
    needs_as_calls: said(bestForm(native, outcomes)),
    agree: other === undefined ? null : agreement(check, other),
    unread,
  };
}

/** The report in words, a line each. */
export function reportLines(report: TemplateReport): string[] {
  const { histories, needs, needs_as_calls: asCalls, agree } = report;
  const all = histories.length;
  const width = Math.max(...histories.map((one) => one.case.length));
  return [
    `${report.file}, rendered by ${report.engine}; histories as a row has them:`,
    ...histories.map((one) => `  ${one.case.padEnd(width)}  ${outcomeWords(one)}`),
    needs.carried === 0
      ? "no form carries any of them: rows with calls are of no use with this template"
      : `form it needs: ${needs.form} (carries ${needs.carried} of ${all})`,
    ...(needs.form === asCalls.form || needs.carried === 0
      ? []
      : [`  where calls stay calls: ${asCalls.form} (carries ${asCalls.carried} of ${all})`]),
    ...(report.notes ?? []),
    ...report.unread,
    agree === null
      ? report.unread.length > 0
        ? "the other engine cannot read it"
        : "transformers is not here to compare with: npm run setup:training"
      : `both engines write the same in ${agree.same} of ${agree.of} renderings`,
    ...differLines(agree?.differ ?? []),
  ];
}

// ---------------------------------------------------------------------------------------------

const HISTORIES = join(
  fileURLToPath(new URL("../..", import.meta.url)),
  "sample/tool_histories.jsonl",
);

async function toolHistories(): Promise<ToolHistory[]> {
  const histories: ToolHistory[] = [];
  for await (const { bytes } of readLines(HISTORIES)) {
    const line = parseLine(bytes);
    if (line.ok) histories.push(historySchema.parse(line.value));
  }
  return histories;
}

function outcomeWords(outcome: Outcome): string {
  switch (outcome.kind) {
    case "whole":
      return "whole";
    case "lost":
      return `loses ${outcome.parts.join(", ")}`;
    case "refused":
      return `refused: ${outcome.words}`;
    case "fault":
      return `fails: ${outcome.words}`;
    default:
      return outcome satisfies never;
  }
}

function agreement(check: EngineCheck, other: EngineCheck): TemplateReport["agree"] {
  const pairs = FORMS.flatMap((form, at) =>
    check.histories.map((history, n) => ({
      case: history.case,
      form: form.words,
      isSame: isSame(check.raws[at]?.[n], other.raws[at]?.[n]),
      words: wordsOf(other.raws[at]?.[n]),
    })),
  );
  const differ = pairs.filter((pair) => !pair.isSame);
  return {
    same: pairs.length - differ.length,
    of: pairs.length,
    differ: differ.map((one) => ({
      case: one.case,
      form: one.form,
      ...(one.words === null ? {} : { words: one.words }),
    })),
  };
}

function wordsOf(raw: RawRender | undefined): string | null {
  if (raw === undefined || "text" in raw) return null;
  return "refused" in raw ? raw.refused : "fault" in raw ? raw.fault : raw.limit;
}

/** Each form once: the forms of one template differ for one reason. */
function differLines(differ: readonly Difference[]): string[] {
  const forms = [...new Set(differ.map(({ form }) => form))];
  return forms.map((form) => {
    const of = differ.filter((one) => one.form === form);
    const words = of.find((one) => one.words !== undefined)?.words;
    const why = words === undefined ? "other text" : `the second says: ${words}`;
    return `  not for ${of.map((one) => one.case).join(", ")} (${form}): ${why}`;
  });
}

/** Refusals and faults are worded otherwise by each engine: that both have one is agreement. */
function isSame(a: RawRender | undefined, b: RawRender | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  if ("text" in a && "text" in b) return a.text === b.text;
  return !("text" in a) && !("text" in b);
}
