/** Small sets as builders leave them, for training and evaluation. */
export function trainingRow(at: number, more: Readonly<Record<string, unknown>> = {}): object {
  return {
    prompt: [{ role: "user", content: `Look at file ${at}.` }],
    completion: [
      { role: "assistant", content: `THOUGHT: now.\n\`\`\`bash\ncat f${at}.py\n\`\`\`` },
    ],
    metadata: {
      instance_id: `owner${at % 8}__repo${at % 8}-${at}`,
      repo: `owner${at % 8}/repo${at % 8}`,
      turn: at % 5,
      bucket: at % 2 === 0 ? "final" : "refined",
    },
    ...more,
  };
}

export const jsonLines = (rows: readonly object[]): string =>
  rows.map((row) => `${JSON.stringify(row)}\n`).join("");

/** dataset/<name>/ with a train file and, where `held` is above 0, a validation file. */
export function trainingFiles(name: string, rows: number, held = 0): Record<string, string> {
  const all = Array.from({ length: rows + held }, (_, at) => trainingRow(at));
  return {
    [`dataset/${name}/train.jsonl`]: jsonLines(all.slice(0, rows)),
    ...(held === 0 ? {} : { [`dataset/${name}/val.jsonl`]: jsonLines(all.slice(rows)) }),
  };
}
