import { readFileSync } from "node:fs";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { expect, test } from "vitest";
import { jsonAsText, rowAsText } from "../../../src/io/hub/json-cells.ts";
import { openParquet } from "../../../src/io/parquet.ts";
import { readRow } from "../../../src/core/formats/rows.ts";

const FIXTURES = "test/fixtures/formats";

/** Columns of lists in the form of the viewer, which shows what JSON says. */
const FEATURES = {
  "json_messages.parquet": { _type: "List", feature: { _type: "Json" } },
  "json_toolcalls.parquet": {
    _type: "List",
    feature: {
      role: { dtype: "string", _type: "Value" },
      content: { dtype: "string", _type: "Value" },
      tool_calls: { _type: "List", feature: { dtype: "json", _type: "Value" } },
      tool_call_id: { dtype: "string", _type: "Value" },
    },
  },
  "union_args.parquet": { _type: "List", feature: {} },
} as const;

test.each(Object.entries(FEATURES))(
  "%s gives the same runs whichever way it is read",
  async (name, type) => {
    const bytes = readFileSync(`${FIXTURES}/${name}`);
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
    const opened = await openParquet(`${FIXTURES}/${name}`);
    const all = Array.from({ length: opened.rows }, (_, row) => row);
    const local = (await opened.read(all)).map((read) => (read.ok ? read.row : {}));
    const metadata = jsonAsText(parquetMetadata(file));
    const byPages = await parquetReadObjects({ file, metadata });
    const shown = (await parquetReadObjects({ file })).map((row) =>
      rowAsText(plain(row), [{ name: "messages", type }]),
    );
    const runs = (rows: readonly Readonly<Record<string, unknown>>[]): unknown =>
      rows.map((row) => readRow(row, { unified: true }).runs.map((run) => run.messages));
    expect(runs(byPages.map(plain))).toEqual(runs(local));
    expect(runs(shown)).toEqual(runs(local));
  },
);

test("a null in JSON is the agent's word whichever way it is read", () => {
  const call = { id: "c", function: { name: "f", arguments: { a: null } } };
  const row = rowAsText(
    {
      messages: [
        { role: "user", content: "u" },
        { role: "assistant", content: "", tool_calls: [call] },
      ],
    },
    [{ name: "messages", type: [{ tool_calls: [{ _type: "Json" }] }] }],
  );
  const [run] = readRow({ instance_id: "i", ...row }, { unified: true }).runs;
  expect(run?.messages[1]?.tool_calls).toEqual([{ id: "c", name: "f", arguments: { a: null } }]);
});

/** Big integers as numbers, as every way gives them. */
function plain(value: unknown): Readonly<Record<string, unknown>> {
  return JSON.parse(
    JSON.stringify(value, (_, one: unknown) => (typeof one === "bigint" ? Number(one) : one)),
  ) as Record<string, unknown>;
}
