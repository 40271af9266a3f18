/** A document as a terminal shows it. */
import { expect, test } from "vitest";
import { plainTextOf } from "../../../src/core/report/plain-text.ts";

test("a document is text in columns, with nothing escaped and nothing that a terminal obeys", () => {
  const said = plainTextOf({
    title: "a and b",
    blocks: [
      { kind: "heading", level: 2, text: "Limits" },
      {
        kind: "table",
        columns: [{ name: "" }, { name: "a", align: "right" }, { name: "b", align: "right" }],
        rows: [
          ["final, score >= 80", "1", "23"],
          ["a_b & <i>", "4", ""],
        ],
      },
      { kind: "text", text: ["see ", { code: "score/_duel.json" }, ", \u001b[31mred"] },
      { kind: "list", items: ["one", "two\nthree"] },
      { kind: "facts", items: [{ label: "score", value: "61", hint: "of 100" }] },
    ],
  });
  expect(said).toBe(
    [
      "a and b\n=======\n",
      "Limits\n------\n",
      "                    a   b",
      "final, score >= 80  1  23",
      "a_b & <i>           4\n",
      "see score/_duel.json, [ESC][31mred\n",
      "- one",
      "- two three\n",
      "score  61  of 100\n",
    ].join("\n"),
  );
});
