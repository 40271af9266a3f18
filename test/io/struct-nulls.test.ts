import { expect, test } from "vitest";
import { toolCallsOf } from "../../src/core/sample/toolcalls.ts";
import { rowAsText } from "../../src/io/hub/json-cells.ts";
import { plainValue } from "../../src/io/parquet.ts";

const FILLED = {
  messages: [
    {
      role: "assistant",
      name: null,
      tool_calls: [
        {
          function: {
            name: "ls",
            arguments: { path: "a", deep: { x: 1, y: null }, list: [null], lines: null },
          },
        },
      ],
    },
  ],
};
const OWN = { path: "a", deep: { x: 1 }, list: [null] };

test.each([
  ["a file", plainValue(FILLED)],
  ["the Hub's viewer", rowAsText(FILLED, [])],
])(
  "arguments from %s have no fields of other tools; nulls elsewhere and in lists stay",
  (_from, row) => {
    expect(row).toEqual({
      messages: [
        {
          role: "assistant",
          name: null,
          tool_calls: [{ function: { name: "ls", arguments: OWN } }],
        },
      ],
    });
  },
);

test("calls that are JSON texts one by one are calls", () => {
  const text = '{"id":"1","type":"function","function":{"name":"ls","arguments":{"path":null}}}';
  expect(toolCallsOf({ tool_calls: [text] })).toEqual([
    { id: "1", name: "ls", arguments: { path: null } },
  ]);
  expect(toolCallsOf({ tool_calls: `[${text}]` })).toHaveLength(1);
});
