/** How well types fit labels: accuracy, and precision, recall and F1 a class. */
import { wilsonInterval } from "./interval.ts";

export type ClassScore = {
  readonly type: string;
  /** Rows with this label. */
  readonly support: number;
  /** Rows that were given this type. */
  readonly given: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
};

export type Measurement = {
  readonly rows: number;
  /** 0..1; NaN for no rows. */
  readonly accuracy: number;
  /** Mean of F1 over the classes that are labels; 0..1. */
  readonly macroF1: number;
  readonly classes: readonly ClassScore[];
  /** [label, given type, rows], the most frequent mistakes first. */
  readonly mistakes: readonly (readonly [string, string, number])[];
};

/**
 * F1 = 2PR / (P + R); a class that was never given (or never right) has F1 0. Classes that are no
 * label here count in nobody's F1, but rows given them are mistakes of their label.
 */
export function measure(
  rows: readonly { readonly label: string; readonly type: string }[],
): Measurement {
  const labels = [...new Set(rows.map((row) => row.label))].sort();
  const classes = labels.map((type): ClassScore => {
    const support = rows.filter((row) => row.label === type).length;
    const given = rows.filter((row) => row.type === type).length;
    const right = rows.filter((row) => row.label === type && row.type === type).length;
    const precision = given === 0 ? 0 : right / given;
    const recall = right / support;
    const f1 = right === 0 ? 0 : (2 * precision * recall) / (precision + recall);
    return { type, support, given, precision, recall, f1 };
  });
  const wrong = new Map<string, number>();
  for (const { label, type } of rows) {
    if (label !== type) wrong.set(`${label} ${type}`, (wrong.get(`${label} ${type}`) ?? 0) + 1);
  }
  return {
    rows: rows.length,
    accuracy: rows.filter((row) => row.label === row.type).length / rows.length,
    macroF1: classes.reduce((sum, one) => sum + one.f1, 0) / classes.length,
    classes,
    mistakes: [...wrong]
      .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
      .map(([pair, n]) => [pair.split(" ")[0] ?? "", pair.split(" ")[1] ?? "", n] as const),
  };
}

/** The measurement as lines of fixed columns. */
export function measurementLines(result: Measurement): string[] {
  const line = (name: string, cells: readonly string[]): string =>
    [name.padEnd(18), ...cells.map((cell) => cell.padStart(9))].join(" ");
  const share = (value: number): string => value.toFixed(2);
  const [low, high] = wilsonInterval(Math.round(result.accuracy * result.rows) || 0, result.rows);
  return [
    line("type", ["labels", "given", "precision", "recall", "F1"]),
    ...result.classes.map((one) =>
      line(one.type, [
        String(one.support),
        String(one.given),
        share(one.precision),
        share(one.recall),
        share(one.f1),
      ]),
    ),
    `accuracy ${result.accuracy.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}], macro-F1 ${result.macroF1.toFixed(3)}, ${result.rows} rows`,
    ...result.mistakes.map(([label, type, n]) => `  ${label} taken for ${type}: ${n}`),
  ];
}
